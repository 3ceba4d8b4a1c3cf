import type { ApiClient, ResourceClient } from '@typernetes/client';
import { silentLogger, type Running } from '@typernetes/component';
import { systemClock, type KubernetesObject } from '@typernetes/machinery';
import { startControllerManager } from '../start';
import { eventually } from './simulated-cluster';

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

/** Lives that are enough for whatever a test asks of them. */
const livesMax = 200;

/** Lives of controllers that die one write later each time, until `isDone`, whose failures count as "not yet": a death at every step of the work. */
export async function liveAndDie(client: ApiClient, controllers: readonly string[], isDone: () => Promise<boolean>): Promise<void> {
  const isOver = (): Promise<boolean> => isDone().catch(() => false);
  for (let life = 0, writes = 0; !(await isOver()); life++, writes = life % 6) {
    if (life >= livesMax) throw new Error(`not within ${livesMax} lives of ${controllers.join()}`);
    const running = await startControllers(client, controllers, writes);
    await Promise.race([running.died, eventually('the end', isDone).catch(() => undefined)]);
    await running.stop();
  }
}
