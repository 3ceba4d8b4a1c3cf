import type { Container, Pod, PodSpec } from '@typernetes/api';
import { containerHash } from '../container/container-hash';
import type { RuntimeContainer, RuntimePod, RuntimeSandbox } from '../runtime/runtime-pod';

export const container = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'image:1', ...more });

export const pod = (spec: Partial<PodSpec> = {}, more: Partial<Pod> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  ...more,
  metadata: { name: 'web', namespace: 'default', uid: 'uid-1', ...more.metadata },
  spec: { containers: [container('main')], restartPolicy: 'Always', ...spec },
});

export const sandbox = (more: Partial<RuntimeSandbox> = {}): RuntimeSandbox => ({ id: 's0', attempt: 0, ready: true, createdAtMs: 1_000, ips: ['10.244.0.2'], ...more });

/** `state`: `running`, `created`, or the exit code of one that ended. */
export function ran(name: string, state: 'running' | 'created' | number, more: Partial<RuntimeContainer> = {}): RuntimeContainer {
  const ended = typeof state === 'number';
  const restartCount = more.restartCount ?? 0;
  return {
    id: `${name}-${restartCount}`,
    name,
    sandboxId: 's0',
    restartCount,
    hash: containerHash(container(name)),
    state: ended ? 'exited' : state,
    createdAtMs: 1_000,
    startedAtMs: 2_000,
    finishedAtMs: ended ? 3_000 : 0,
    exitCode: ended ? state : 0,
    reason: '',
    message: '',
    image: 'image:1',
    imageRef: 'sha256:1',
    imageId: 'sha256:1',
    logPath: '/log',
    ...more,
  };
}

export const runtimePod = (containers: RuntimeContainer[] = [], sandboxes: RuntimeSandbox[] = [sandbox()]): RuntimePod => ({
  uid: 'uid-1',
  name: 'web',
  namespace: 'default',
  sandboxes,
  containers,
});
