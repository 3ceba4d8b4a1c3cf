import type { Job } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { finishedAtMs } from '../job/job-facts';

/** Until a job may be deleted, 0 or less: now; undefined when it stays. */
export function remainingTtlMs(job: Job, nowMs: number): number | undefined {
  const endMs = finishedAtMs(job);
  const ttlSeconds = job.spec?.ttlSecondsAfterFinished;
  if (ttlSeconds === undefined || endMs === undefined || job.metadata?.deletionTimestamp) return undefined;
  return endMs + ttlSeconds * 1000 - nowMs;
}

/** Deletes jobs, and so their pods, some time after they have ended. */
export const ttlAfterFinishedController: ControllerDefinition = {
  name: 'ttl-after-finished-controller',
  setUp(context) {
    const { informers, client, clock } = context;
    const jobs = informers.informer(resources.jobs);
    const loop = newController(context, this.name, async (key) => {
      const known = jobs.get(key);
      const leftMs = known && remainingTtlMs(known, clock.now());
      if (!known || leftMs === undefined) return undefined;
      if (leftMs > 0) return { requeueAfterMs: leftMs };
      const { name = '', namespace } = known.metadata ?? {};
      try {
        // Its time to live may have become longer since: only the API knows.
        const fresh = await client.resource(resources.jobs).get(name, { namespace });
        const freshMs = remainingTtlMs(fresh, clock.now());
        if (freshMs === undefined) return undefined;
        if (freshMs > 0) return { requeueAfterMs: freshMs };
        const { uid, resourceVersion } = fresh.metadata ?? {};
        await client.resource(resources.jobs).delete(name, { namespace, propagationPolicy: 'Foreground', preconditions: { uid, resourceVersion } });
      } catch (error) {
        if (!hasReason(error, 'NotFound')) throw error;
      }
      return undefined;
    });
    jobs.onChange({ added: (job) => loop.enqueue(keyOf(job)), updated: (job) => loop.enqueue(keyOf(job)) });
    return (signal) => loop.run(signal);
  },
};
