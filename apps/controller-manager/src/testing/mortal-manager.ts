import type { ApiClient, ResourceClient } from '@typernetes/client';
import { silentLogger, type Running } from '@typernetes/component';
import { systemClock, type KubernetesObject } from '@typernetes/machinery';
import { startControllerManager } from '../start';

/** A client whose process dies after so many writes: from then on nothing comes through. */
function mortalClient(client: ApiClient, writes: number, onDeath: () => void): ApiClient {
  let left = writes;
  let isDead = false;
  const guard = <A extends unknown[], R>(isWrite: boolean, call: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
    if (!isDead && isWrite && left-- <= 0) {
      isDead = true;
      onDeath();
    }
    if (isDead) throw new Error('the process is dead');
    return call(...args);
  };
  return {
    resource: (type) => {
      const inner = client.resource(type);
      // What happened is told in the background: it is no step of anything.
      const isStep = type.resource !== 'events';
      const wrapped: ResourceClient<KubernetesObject> = {
        get: guard(false, (...args) => inner.get(...args)),
        list: guard(false, (...args) => inner.list(...args)),
        watch: (options) => inner.watch(options),
        create: guard(isStep, (...args) => inner.create(args[0] as never, args[1])),
        createSubresource: guard(isStep, (...args) => inner.createSubresource(...args)) as ResourceClient<KubernetesObject>['createSubresource'],
        update: guard(isStep, (...args) => inner.update(args[0] as never, args[1])),
        updateStatus: guard(isStep, (...args) => inner.updateStatus(args[0] as never, args[1])),
        patch: guard(isStep, (...args) => inner.patch(...args)),
        delete: guard(isStep, (...args) => inner.delete(...args)),
      };
      return wrapped as never;
    },
    close: () => {},
  };
}

/** Some controllers on a client of the test's, which die after `writes` writes (absent: they do not). */
export async function startControllers(client: ApiClient, controllers: readonly string[], writes = Infinity): Promise<Running & { readonly died: Promise<void> }> {
  let die = (): void => {};
  const died = new Promise<void>((resolve) => (die = resolve));
  const running = await startControllerManager(
    {
      api: mortalClient(client, writes, () => die()),
      leaderElect: false,
      controllers,
      workers: {},
      nodeCidrMaskSize: 24,
      nodeMonitorGracePeriodMs: 50_000,
      nodeMonitorPeriodMs: 5_000,
      terminatedPodGcThreshold: 12_500,
    },
    { logger: silentLogger, clock: systemClock, onLost: () => {} },
  );
  return { ...running, died };
}
