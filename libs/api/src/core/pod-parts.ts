import { deepCopy } from '@typernetes/machinery';
import type { Container, Pod } from '../generated/types';

/** Makes `next` the pod as it was, with the identity that the client wrote to and another spec. */
function become(next: Pod, previous: Pod, spec: Pod['spec']): void {
  const { name, namespace, uid, resourceVersion } = next.metadata ?? {};
  Object.assign(next, {
    ...deepCopy(previous),
    metadata: { ...deepCopy(previous.metadata), name, namespace, uid, ...(resourceVersion ? { resourceVersion } : {}) },
    spec,
  });
  if (!previous.status) delete next.status;
}

/** For pods/ephemeralcontainers: whatever else the client sent is passed over. */
export function keepAllButEphemeralContainers(next: Pod, previous: Pod): void {
  const { ephemeralContainers } = next.spec ?? {};
  const spec = deepCopy(previous.spec ?? { containers: [] });
  if (ephemeralContainers?.length) spec.ephemeralContainers = ephemeralContainers;
  else delete spec.ephemeralContainers;
  become(next, previous, spec);
}

/** Resources and resize policies as in `next`; containers are compared by place, a mismatch is the validation's business. */
function withResources(before: Container[] | undefined, after: Container[] | undefined): Container[] | undefined {
  if (before?.length !== after?.length || before?.some(({ name }, i) => after?.[i]?.name !== name)) return after;
  return before?.map((container, i) => {
    const { resources, resizePolicy } = after?.[i] ?? {};
    const { resources: _resources, resizePolicy: _resizePolicy, ...rest } = container;
    return { ...deepCopy(rest), ...(resources ? { resources } : {}), ...(resizePolicy ? { resizePolicy } : {}) };
  });
}

/** For pods/resize (KEP-1287): whatever else the client sent is passed over. */
export function keepAllButResources(next: Pod, previous: Pod): void {
  const spec = deepCopy(previous.spec ?? { containers: [] });
  spec.containers = withResources(previous.spec?.containers, next.spec?.containers) ?? [];
  const init = withResources(previous.spec?.initContainers, next.spec?.initContainers);
  if (init) spec.initContainers = init;
  become(next, previous, spec);
}
