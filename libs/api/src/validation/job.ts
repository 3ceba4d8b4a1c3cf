import { fieldError, selectorFromObject, validateDns1123Label, validateDomainPrefixedPath, validateLabelSelector, type FieldError } from '@typernetes/machinery';
import { controllerUidLabels } from '../batch/job';
import type { Job, JobSpec, PodTemplateSpec } from '../generated/types';
import { checkImmutable, checkNotNegative, checkOneOf, sameValue, type Errors } from './checks';
import { checkPodFailurePolicy, checkSuccessPolicy } from './job-policies';
import { checkPodTemplateSpec } from './pod-spec';
import { checkCounts } from './workload';

const indexedMax = 100_000;
const managedByMax = 63;
const numbers = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'] as const;

function checkIndexes(out: Errors, field: string, spec: JobSpec): void {
  const { completionMode, completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  checkOneOf(out, `${field}.completionMode`, completionMode, ['Indexed', 'NonIndexed']);
  if (completionMode === 'Indexed') {
    if (completions === undefined) out.push(fieldError.required(`${field}.completions`, 'when completion mode is Indexed'));
    if (parallelism > indexedMax) {
      out.push(fieldError.invalid(`${field}.parallelism`, parallelism, `must be less than or equal to ${indexedMax} when completion mode is Indexed`));
    }
    if (maxFailedIndexes !== undefined && maxFailedIndexes > (completions ?? 0)) {
      out.push(fieldError.invalid(`${field}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions'));
    }
    if (maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined) {
      out.push(fieldError.required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
    }
    return;
  }
  for (const [name, value] of Object.entries({ backoffLimitPerIndex, maxFailedIndexes })) {
    if (value !== undefined) out.push(fieldError.invalid(`${field}.${name}`, value, 'requires indexed completion mode'));
  }
}

/** Pods of a job end: they are not restarted for ever. */
function checkTemplate(out: Errors, field: string, { template, podFailurePolicy }: JobSpec): void {
  checkPodTemplateSpec(out, field, template ?? {});
  const path = `${field}.spec.restartPolicy`;
  const policy = template?.spec?.restartPolicy;
  if (!policy || policy === 'Always') out.push(fieldError.required(path, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') out.push(fieldError.notSupported(path, policy, ['Never', 'OnFailure']));
  else if (podFailurePolicy && policy !== 'Never') {
    out.push(fieldError.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
}

/** The spec of a job or of a CronJob's template, less the selector. */
export function checkJobSpec(out: Errors, field: string, spec: JobSpec): void {
  for (const name of numbers) checkNotNegative(out, `${field}.${name}`, spec[name]);
  checkIndexes(out, field, spec);
  checkPodFailurePolicy(out, `${field}.podFailurePolicy`, spec);
  checkSuccessPolicy(out, `${field}.successPolicy`, spec);
  checkOneOf(out, `${field}.podReplacementPolicy`, spec.podReplacementPolicy, spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed']);
  if (spec.managedBy !== undefined) {
    for (const text of validateDomainPrefixedPath(spec.managedBy, `${field}.managedBy`)) out.push(fieldError.invalid(`${field}.managedBy`, spec.managedBy, text));
    if (spec.managedBy.length > managedByMax) out.push(fieldError.tooLong(`${field}.managedBy`, managedByMax));
  }
  checkTemplate(out, `${field}.template`, spec);
}

/** Generated or written by hand, the selector must find the pods of the template and nobody else's. */
function checkJobSelector(out: Errors, { metadata, spec }: Job): void {
  const { selector, template, manualSelector } = spec ?? {};
  const labels = template?.metadata?.labels;
  if (!selector) {
    out.push(fieldError.required('spec.selector'));
    return;
  }
  const errors = validateLabelSelector(selector, 'spec.selector');
  out.push(...errors);
  if (errors.length) return;
  if (!selectorFromObject(selector).matches(labels)) {
    out.push(fieldError.invalid('spec.template.metadata.labels', labels ?? {}, '`selector` does not match template `labels`'));
  }
  if (manualSelector) return;
  const uid = metadata?.uid ?? '';
  for (const name of controllerUidLabels) {
    const path = `spec.template.metadata.labels[${name}]`;
    if (labels?.[name] === undefined) out.push(fieldError.required(path, `must be '${uid}'`));
    else if (labels[name] !== uid) out.push(fieldError.invalid(path, labels[name], `must be '${uid}'`));
  }
  const generated = { ...labels, ...Object.fromEntries(controllerUidLabels.map((name) => [name, uid])) };
  if (!selectorFromObject(selector).matches(generated)) out.push(fieldError.invalid('spec.selector', selector, '`selector` not auto-generated'));
}

function checkJob(job: Job): Errors {
  const out: Errors = [];
  const spec = job.spec ?? ({} as JobSpec);
  checkJobSpec(out, 'spec', spec);
  checkJobSelector(out, job);
  return out;
}

export function validateJobCreate(job: Job): FieldError[] {
  const out = checkJob(job);
  const { completionMode, completions = 0 } = job.spec ?? {};
  const name = job.metadata?.name ?? '';
  if (completionMode === 'Indexed' && completions > 0) {
    for (const text of validateDns1123Label(`${name}-${completions - 1}`)) {
      out.push(fieldError.invalid('metadata.name', name, `will not able to create pod with invalid DNS name: ${text}`));
    }
  }
  return out;
}

/** A job that waits and has never run may still be told where to run (KEP-2926). */
function immutableTemplate(template: PodTemplateSpec | undefined, mayMove: boolean): unknown {
  if (!mayMove || !template?.spec) return template;
  const { nodeSelector: _nodeSelector, tolerations: _tolerations, schedulingGates: _schedulingGates, affinity, ...spec } = template.spec;
  const { nodeAffinity: _nodeAffinity, ...rest } = affinity ?? {};
  const { labels: _labels, annotations: _annotations, ...metadata } = template.metadata ?? {};
  return { ...template, metadata, spec: { ...spec, affinity: rest } };
}

export function validateJobUpdate(next: Job, previous: Job): FieldError[] {
  const out = checkJob(next);
  const [after, before] = [next.spec, previous.spec];
  const isElastic = after?.completionMode === 'Indexed' && after.completions !== undefined && before?.completions !== undefined;
  if (!isElastic) checkImmutable(out, 'spec.completions', [after?.completions, before?.completions]);
  else if (after.completions !== before.completions && after.completions !== after.parallelism) {
    out.push(fieldError.invalid('spec.completions', after.completions, 'can only be modified in tandem with spec.parallelism'));
  }
  checkImmutable(out, 'spec.selector', [after?.selector, before?.selector]);
  const mayMove = before?.suspend === true && previous.status?.startTime === undefined;
  if (!sameValue(immutableTemplate(after?.template, mayMove), immutableTemplate(before?.template, mayMove))) {
    checkImmutable(out, 'spec.template', [after?.template, before?.template]);
  }
  for (const name of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const) {
    checkImmutable(out, `spec.${name}`, [after?.[name], before?.[name]]);
  }
  return out;
}

export function validateJobStatusUpdate({ status }: Job, previous: Job): FieldError[] {
  const out: Errors = [];
  checkCounts(out, status, ['active', 'succeeded', 'failed', 'ready', 'terminating']);
  for (const type of ['Complete', 'Failed']) {
    const was = previous.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True');
    const is = status?.conditions?.some((condition) => condition.type === type && condition.status === 'True');
    if (was && !is) out.push(fieldError.invalid('status.conditions', status?.conditions ?? [], `cannot disable the terminal ${type}=True condition`));
  }
  return out;
}
