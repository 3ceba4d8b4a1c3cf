import { humanDuration, parseTime } from '@typernetes/machinery';
import type { CronJob, Job, PodDisruptionBudget } from '../generated/types';
import type { TablePrinter } from '../kind';
import { selectorText, templateCells } from './apps';
import { age, columns, integer, nameOf, since, wide } from './cells';

export const jobPrinter: TablePrinter<Job> = {
  columns: columns('job', ['Name', 'Status', 'Completions', 'Duration', 'Age', wide('Containers'), wide('Images'), wide('Selector')]),
  row: (job, nowMs) => [
    nameOf(job),
    statusText(job),
    completionsText(job),
    durationText(job, nowMs),
    age(job, nowMs),
    ...templateCells(job.spec?.template),
    selectorText(job.spec?.selector),
  ],
};

function statusText({ metadata, status }: Job): string {
  const has = (type: string): boolean => status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  const ended = ['Complete', 'Failed'].find(has);
  if (ended) return ended;
  if (metadata?.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completionsText({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: Job, nowMs: number): string {
  const start = status?.startTime === undefined ? undefined : parseTime(status.startTime);
  if (start === undefined) return '';
  const end = status?.completionTime === undefined ? undefined : parseTime(status.completionTime);
  return humanDuration((end ?? nowMs) - start);
}

export const cronJobPrinter: TablePrinter<CronJob> = {
  columns: columns('cron job', [
    'Name', 'Schedule', 'Timezone', { name: 'Suspend', type: 'boolean' }, integer('Active'), 'Last Schedule', 'Age', wide('Containers'), wide('Images'), wide('Selector'),
  ]),
  row(job, nowMs) {
    const { spec, status } = job;
    return [
      nameOf(job),
      spec?.schedule ?? '',
      spec?.timeZone ?? '<none>',
      spec?.suspend ?? false,
      status?.active?.length ?? 0,
      status?.lastScheduleTime ? since(status.lastScheduleTime, nowMs) : '<none>',
      age(job, nowMs),
      ...templateCells(spec?.jobTemplate?.spec?.template),
      selectorText(spec?.jobTemplate?.spec?.selector),
    ];
  },
};

export const podDisruptionBudgetPrinter: TablePrinter<PodDisruptionBudget> = {
  columns: columns('disruption budget', ['Name', 'Min Available', 'Max Unavailable', integer('Allowed Disruptions'), 'Age']),
  row: (budget, nowMs) => [
    nameOf(budget),
    String(budget.spec?.minAvailable ?? 'N/A'),
    String(budget.spec?.maxUnavailable ?? 'N/A'),
    budget.status?.disruptionsAllowed ?? 0,
    age(budget, nowMs),
  ],
};
