import { isPodLevelResource, podContainerRequests } from '@typernetes/machinery';
import type { Container, EphemeralContainer, Pod, PodSpec, PodTemplateSpec } from '../generated/types';
import { defaultContainer } from './container';
import { defaultVolume } from './volume';

/** What holds for the spec of a pod and of a template alike. */
export function defaultPodSpec(spec: PodSpec): void {
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  spec.restartPolicy ||= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ||= 'ClusterFirst';
  // The older of two names for one field; it follows the newer.
  spec.serviceAccountName ||= spec.serviceAccount;
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else delete spec.serviceAccountName;
  spec.securityContext ??= {};
  spec.schedulerName ||= 'default-scheduler';
}

/** A limit without a request asks for as much as the limit. */
function defaultRequests({ resources }: Container | EphemeralContainer): void {
  const limits = resources?.limits;
  if (!resources || !limits) return;
  const requests = (resources.requests ??= {});
  for (const [name, limit] of Object.entries(limits)) requests[name] ??= limit;
}

/** Requests of the pod as a whole: what the containers ask for together, else the pod's limit (KEP-2837). */
function defaultPodRequests(pod: Pod): void {
  const resources = pod.spec?.resources;
  if (!resources) return;
  const requests = resources.requests ?? {};
  for (const [name, sum] of Object.entries(podContainerRequests(pod))) {
    if (isPodLevelResource(name)) requests[name] ??= sum;
  }
  for (const [name, limit] of Object.entries(resources.limits ?? {})) requests[name] ??= limit;
  if (Object.keys(requests).length > 0) resources.requests = requests;
}

/** On the node's network a container's port is the node's. */
function defaultHostPorts(containers: Container[] | undefined): void {
  for (const { ports } of containers ?? []) {
    for (const port of ports ?? []) if (!port.hostPort) port.hostPort = port.containerPort;
  }
}

export function defaultPod(pod: Pod): void {
  const { spec } = pod;
  if (!spec) return;
  defaultPodSpec(spec);
  for (const container of spec.containers ?? []) defaultRequests(container);
  for (const container of spec.initContainers ?? []) defaultRequests(container);
  defaultPodRequests(pod);
  spec.enableServiceLinks ??= true;
  if (spec.hostNetwork) {
    defaultHostPorts(spec.containers);
    defaultHostPorts(spec.initContainers);
  }
}

/** A template leaves what depends on the single pod to the pod. */
export function defaultPodTemplateSpec(template: PodTemplateSpec): void {
  if (template.spec) defaultPodSpec(template.spec);
}
