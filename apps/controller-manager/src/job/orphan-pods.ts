import { resources } from '@typernetes/api';
import { controllerOf, hasReason } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { finishedCondition, hasTrackingFinalizer, isOurs } from './job-facts';
import { removeTracking } from './tracking-finalizer';

/** Pods whose job is gone (or has ended): nobody counts them any more, so nothing may hold them. */
export class OrphanPods {
  constructor(private readonly context: ControllerContext) {}

  async reconcile(key: string): Promise<void> {
    const { informers, client } = this.context;
    const pod = informers.informer(resources.pods).get(key);
    if (!pod || !hasTrackingFinalizer(pod)) return;
    const owner = controllerOf(pod);
    if (owner && owner.kind !== 'Job') return;
    if (owner) {
      // The cache may not know a job that was made a moment ago.
      const job = await client.resource(resources.jobs).get(owner.name, { namespace: pod.metadata?.namespace }).catch((error: unknown) => {
        if (hasReason(error, 'NotFound')) return undefined;
        throw error;
      });
      if (job?.metadata?.uid === owner.uid && (!isOurs(job) || !finishedCondition(job))) return;
    }
    await removeTracking(client, pod);
  }
}
