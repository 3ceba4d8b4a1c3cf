import type { Container, ContainerStatus, Pod, ResourceRequirements } from '@typernetes/api';
import { compareQuantities, parseQuantity } from '@typernetes/machinery';
import { containersOf, initContainersOf, isSidecar } from '../pod-kind';

/** What the node has promised to each container, which may differ from what the spec wants by now (KEP-1287). */
export type Allocation = ReadonlyMap<string, ResourceRequirements>;

const canBeResized = (pod: Pod): Container[] => [...containersOf(pod), ...initContainersOf(pod).filter(isSidecar)];

const statusOf = ({ status }: Pod, name: string): ContainerStatus | undefined =>
  [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find((one) => one.name === name);

/** What a kubelet before this one has promised is told by the pod's status; a new pod is promised what it wants. */
export function initialAllocation(pod: Pod): Allocation {
  return new Map(
    canBeResized(pod).map(({ name, resources = {} }) => {
      const told = statusOf(pod, name);
      if (!told?.allocatedResources && !told?.resources?.limits) return [name, resources];
      const { allocatedResources: requests, resources: { limits } = {} } = told;
      return [name, { ...resources, ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) }];
    }),
  );
}

const sameList = (a: Record<string, string> = {}, b: Record<string, string> = {}): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, text]) => b[name] !== undefined && compareQuantities(parseQuantity(text), parseQuantity(b[name])) === 0);

/** Whether the spec wants other amounts than were promised. */
export function isResized(pod: Pod, allocation: Allocation): boolean {
  return canBeResized(pod).some(({ name, resources }) => {
    const promised = allocation.get(name);
    return promised !== undefined && !(sameList(resources?.requests, promised.requests) && sameList(resources?.limits, promised.limits));
  });
}

/** The pod as the node has promised it to be. */
export function allocatedPod(pod: Pod, allocation: Allocation): Pod {
  if (!pod.spec || !isResized(pod, allocation)) return pod;
  const replaced = (container: Container): Container => {
    const resources = allocation.get(container.name);
    return resources ? { ...container, resources } : container;
  };
  return {
    ...pod,
    spec: { ...pod.spec, containers: containersOf(pod).map(replaced), ...(pod.spec.initContainers ? { initContainers: initContainersOf(pod).map(replaced) } : {}) },
  };
}

/** Containers of which an amount changes that needs a new run. */
export function containersToRestart(pod: Pod, allocation: Allocation): string[] {
  const changes = (container: Container, resource: string): boolean => {
    const promised = allocation.get(container.name);
    const of = (resources: ResourceRequirements | undefined): [Record<string, string>, Record<string, string>] => {
      const pick = (list: Record<string, string> = {}): Record<string, string> => (list[resource] === undefined ? {} : { [resource]: list[resource] });
      return [pick(resources?.requests), pick(resources?.limits)];
    };
    const [requests, limits] = of(container.resources);
    const [promisedRequests, promisedLimits] = of(promised);
    return !sameList(requests, promisedRequests) || !sameList(limits, promisedLimits);
  };
  return canBeResized(pod)
    .filter((container) => (container.resizePolicy ?? []).some(({ resourceName, restartPolicy }) => restartPolicy === 'RestartContainer' && changes(container, resourceName)))
    .map(({ name }) => name);
}
