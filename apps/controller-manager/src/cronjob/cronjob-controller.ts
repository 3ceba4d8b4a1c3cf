import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { controllerOf } from '@typernetes/machinery';
import type { ControllerDefinition } from '../context';
import { newController } from '../context';
import { CronJobActor, jobsByCronJob } from './cronjob-actor';

/** Starts jobs when their time has come. */
export const cronJobController: ControllerDefinition = {
  name: 'cronjob-controller',
  setUp(context) {
    const cronJobs = context.informers.informer(resources.cronJobs);
    const jobs = context.informers.informer(resources.jobs);
    jobs.addIndex(jobsByCronJob, (job) => [controllerOf(job)?.uid ?? '']);
    const actor = new CronJobActor(context);
    const loop = newController(context, this.name, (key) => actor.reconcile(key));
    cronJobs.onChange({
      added: (object) => loop.enqueue(keyOf(object)),
      updated: (object) => loop.enqueue(keyOf(object)),
      deleted: (object) => loop.enqueue(keyOf(object)),
    });
    const changed = (job: Parameters<typeof controllerOf>[0]): void => {
      const owner = controllerOf(job);
      if (owner?.kind === 'CronJob') loop.enqueue(`${job.metadata?.namespace}/${owner.name}`);
    };
    jobs.onChange({ added: changed, updated: changed, deleted: changed });
    return (signal) => loop.run(signal);
  },
};
