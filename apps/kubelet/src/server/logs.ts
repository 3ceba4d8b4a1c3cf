import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ContainerStatus, Pod } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';
import type { node } from '@typernetes/proto';
import { logRequestOf } from '../logs/log-request';
import { readLog } from '../logs/log-reader';
import { podKeyOf } from '../pod/pod-context';
import type { RuntimeContainer, RuntimePod } from '../runtime/runtime-pod';
import { isAlive } from '../runtime/runtime-pod';
import type { ServerContext } from './find-container';
import { containerNameOf, findPod } from './find-container';

function statusOf(server: ServerContext, pod: Pod, name: string): ContainerStatus | undefined {
  const status = server.context.statuses.current(pod);
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? []), ...(status?.ephemeralContainerStatuses ?? [])].find((one) => one.name === name);
}

/** The run whose log is wanted. @throws ApiError BadRequest with upstream's texts */
function runOf(server: ServerContext, found: { pod: Pod; runtime: RuntimePod }, name: string, previous: boolean): RuntimeContainer {
  const { pod, runtime } = found;
  const runs = runtime.containers.filter((container) => container.name === name && container.state !== 'created');
  const podName = pod.metadata?.name ?? '';
  if (previous) {
    // In a crash loop the last run is the previous one; while one runs, it is the one before.
    const endedId = statusOf(server, pod, name)?.lastState?.terminated?.containerID?.split('://').pop();
    const ended = runs.find(({ id }) => id === endedId);
    if (!ended) throw apiErrors.badRequest(`previous terminated container "${name}" in pod "${podName}" not found`);
    return ended;
  }
  const [current] = runs;
  if (current) return current;
  const reason = statusOf(server, pod, name)?.state?.waiting?.reason ?? 'ContainerCreating';
  const known = { InvalidImageName: true, ErrImagePull: true, ErrImageNeverPull: true, ImagePullBackOff: true }[reason];
  const why = known ? `trying and failing to pull image` : reason;
  throw apiErrors.badRequest(`container "${name}" in pod "${podName}" is waiting to start: ${why}`);
}

export async function logs(server: ServerContext, call: ServerWritableStream<node.LogsRequest, node.Bytes>): Promise<void> {
  const { target, previous } = call.request;
  const { clock, reader } = server.context;
  const found = await findPod(server, target);
  const run = runOf(server, found, containerNameOf(found.pod, target?.container ?? ''), previous);
  const abort = new AbortController();
  call.once('cancelled', () => abort.abort(new Error('cancelled')));
  const isRunning = async (): Promise<boolean> => {
    if (!isAlive(run)) return false;
    const { containers } = await reader.read(podKeyOf(found.pod));
    return containers.some((container) => container.id === run.id && isAlive(container));
  };
  const source = { file: run.logPath, isRunning, clock, signal: abort.signal };
  for await (const data of readLog(source, logRequestOf(call.request, clock.now()))) {
    if (call.cancelled) return;
    if (!call.write({ data })) await Promise.race([once(call, 'drain'), once(call, 'cancelled')]);
  }
}
