import type { Job, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { controllerOf, selectorFromObject } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { JobActor, orphansOf, podIndex } from './job-actor';
import { hasTrackingFinalizer } from './job-facts';
import { JobMemory } from './job-memory';
import { OrphanPods } from './orphan-pods';

/** Pods of a job often end together: their events are looked at together. */
const podBatchMs = 100;

/** Runs pods to completion. */
export const jobController: ControllerDefinition = {
  name: 'job-controller',
  setUp(context) {
    const memory = new JobMemory(context.clock);
    const jobs = context.informers.informer(resources.jobs);
    const pods = context.informers.informer(resources.pods);
    pods.addIndex(podIndex, (pod) => [controllerOf(pod)?.uid ?? orphansOf(pod.metadata?.namespace)]);
    const actor = new JobActor(context, memory);
    const loop = newController(context, this.name, (key) => actor.reconcile(key));
    const orphans = new OrphanPods(context);
    const orphanLoop = newController(context, 'job-orphan-pods', (key) => orphans.reconcile(key), 1);
    jobs.onChange({
      added: (job) => loop.enqueue(keyOf(job)),
      updated: (job) => loop.enqueue(keyOf(job)),
      deleted: (job) => {
        loop.enqueue(keyOf(job));
        for (const pod of pods.byIndex(podIndex, job.metadata?.uid ?? '')) orphanLoop.enqueue(keyOf(pod));
      },
    });
    const ownerKey = (pod: Pod): string | undefined => {
      const owner = controllerOf(pod);
      return owner?.kind === 'Job' ? `${pod.metadata?.namespace}/${owner.name}` : undefined;
    };
    const changed = (pod: Pod, isGone: boolean): void => {
      const key = ownerKey(pod);
      if (key) {
        memory.sawPod(key, pod, isGone);
        loop.enqueueAfter(key, podBatchMs);
      }
      if (isGone || (!key && controllerOf(pod))) return;
      if (hasTrackingFinalizer(pod) && jobs.get(key ?? '')?.metadata?.uid !== controllerOf(pod)?.uid) orphanLoop.enqueueAfter(keyOf(pod), podBatchMs);
      // An orphan may be what a job is waiting for.
      if (!key) for (const job of matchingJobs(jobs.list(pod.metadata?.namespace), pod)) loop.enqueue(keyOf(job));
    };
    pods.onChange({
      added: (pod) => changed(pod, false),
      updated: (pod, previous) => {
        const before = ownerKey(previous);
        if (before && before !== ownerKey(pod)) {
          // Lost to us, as if it were gone: nothing further is to be seen of it under this key.
          memory.sawPod(before, pod, true);
          loop.enqueue(before);
        }
        changed(pod, false);
      },
      deleted: (pod) => changed(pod, true),
    });
    return async (signal) => {
      await Promise.all([loop.run(signal), orphanLoop.run(signal)]);
    };
  },
};

function matchingJobs(jobs: readonly Job[], { metadata }: Pod): Job[] {
  return jobs.filter(({ spec }) => spec?.selector && selectorFromObject(spec.selector).matches(metadata?.labels ?? {}));
}
