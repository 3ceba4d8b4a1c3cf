import { readFile } from 'node:fs/promises';
import { status as grpcStatus } from '@grpc/grpc-js';
import { LRUCache } from 'lru-cache';
import { cri } from '@typernetes/proto';
import { terminationLogBytesMax, terminationLogLinesMax, terminationMessageBytesMax } from '../limits';
import { tailOfLog } from '../logs/tail';
import type { CriClient } from './cri-client';
import { runtimeMethods } from './cri-client';
import { annotations, labels } from './labels';
import type { RuntimeContainer, RuntimePod } from './runtime-pod';
import { containerOf, sandboxOf } from './runtime-pod';

export const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === grpcStatus.NOT_FOUND;

/** Undefined for what has vanished meanwhile. */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Asks the runtime about pods. What has ended never changes, so it is asked for once. */
export class RuntimeReader {
  private readonly ended = new LRUCache<string, RuntimeContainer>({ max: 4_096 });

  constructor(private readonly cri: CriClient) {}

  /** All that the runtime has of the pod; empty lists when it knows nothing. */
  async read(pod: { uid: string; name: string; namespace: string }): Promise<RuntimePod> {
    const labelSelector = { [labels.podUid]: pod.uid };
    const [{ items }, { containers }] = await Promise.all([
      this.cri.call(runtimeMethods.listPodSandbox, cri.ListPodSandboxRequest.fromPartial({ filter: { labelSelector } })),
      this.cri.call(runtimeMethods.listContainers, cri.ListContainersRequest.fromPartial({ filter: { labelSelector } })),
    ]);
    const [sandboxes, views] = await Promise.all([
      Promise.all(items.map(({ id }) => unlessGone(this.cri.call(runtimeMethods.podSandboxStatus, { podSandboxId: id, verbose: false })))),
      Promise.all(containers.map((container) => this.container(container))),
    ]);
    return {
      ...pod,
      sandboxes: sandboxes
        .flatMap((answer) => (answer?.status ? [sandboxOf(answer.status)] : []))
        .sort((a, b) => b.attempt - a.attempt || b.createdAtMs - a.createdAtMs),
      containers: views
        .filter((view) => view !== undefined)
        .sort((a, b) => b.restartCount - a.restartCount || b.createdAtMs - a.createdAtMs),
    };
  }

  private async container({ id, podSandboxId }: cri.Container): Promise<RuntimeContainer | undefined> {
    const known = this.ended.get(id);
    if (known) return known;
    const answer = await unlessGone(this.cri.call(runtimeMethods.containerStatus, { containerId: id, verbose: false }));
    if (!answer?.status) return undefined;
    if (answer.status.state !== cri.ContainerState.CONTAINER_EXITED) return containerOf(answer.status, podSandboxId);
    const view = containerOf(answer.status, podSandboxId, await terminationMessage(answer.status));
    this.ended.set(id, view);
    return view;
  }
}

/** The file at terminationMessagePath, or the log's end when the policy says so; before both, the runtime's message. */
async function terminationMessage(status: cri.ContainerStatus): Promise<string> {
  const path = status.annotations[annotations.terminationMessagePath];
  const mount = status.mounts.find(({ containerPath }) => path !== undefined && containerPath === path);
  const text = mount ? await readFile(mount.hostPath).catch(() => Buffer.alloc(0)) : Buffer.alloc(0);
  if (text.length > 0) return text.subarray(0, terminationMessageBytesMax).toString();
  const fromLog = status.annotations[annotations.terminationMessagePolicy] === 'FallbackToLogsOnError';
  if (fromLog && status.exitCode !== 0 && status.logPath) {
    const tail = await tailOfLog(status.logPath, { lines: terminationLogLinesMax, bytes: terminationLogBytesMax });
    if (tail) return tail;
  }
  return status.message;
}
