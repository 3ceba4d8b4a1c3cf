import type { Pod } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';
import type { node } from '@typernetes/proto';
import type { PodContext } from '../pod/pod-context';
import { podKeyOf } from '../pod/pod-context';
import { allContainersOf, containersOf } from '../pod/pod-kind';
import type { PodManager } from '../pod/pod-manager';
import type { RuntimeContainer, RuntimePod } from '../runtime/runtime-pod';
import { latestContainer } from '../runtime/runtime-pod';

export interface ServerContext {
  context: PodContext;
  pods: PodManager;
}

/** @throws ApiError NotFound */
export async function findPod({ context, pods }: ServerContext, target: node.PodContainer | undefined): Promise<{ pod: Pod; runtime: RuntimePod }> {
  const { namespace = '', pod: name = '', uid } = target ?? {};
  const pod = pods.find(namespace, name, uid || undefined);
  if (!pod) throw apiErrors.notFound({ group: '', resource: 'pods', name });
  return { pod, runtime: await context.reader.read(podKeyOf(pod)) };
}

/** The container's name, when none is given the pod's first. @throws ApiError BadRequest */
export function containerNameOf(pod: Pod, wanted: string): string {
  const name = wanted || containersOf(pod)[0]?.name;
  if (!name || !allContainersOf(pod).some((container) => container.name === name)) {
    throw apiErrors.badRequest(`container ${wanted} is not valid for pod ${pod.metadata?.name ?? ''}`);
  }
  return name;
}

/** @throws ApiError when the container does not run */
export async function runningContainer(server: ServerContext, target: node.PodContainer | undefined): Promise<RuntimeContainer> {
  const { pod, runtime } = await findPod(server, target);
  const name = containerNameOf(pod, target?.container ?? '');
  const container = latestContainer(runtime, name);
  if (container?.state !== 'running') throw apiErrors.internal(new Error(`unable to upgrade connection: container not found ("${name}")`));
  return container;
}
