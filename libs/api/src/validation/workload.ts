/** What all kinds have in common that make pods from a template and find them by a selector. */
import { fieldError, LabelSelectorError, selectorFromObject, validateLabelSelector, type LabelSelectorObject } from '@typernetes/machinery';
import type { PodTemplateSpec } from '../generated/types';
import { checkNotNegative, type Errors } from './checks';
import { checkPodTemplateSpec } from './pod-spec';

export const isEmptySelector = ({ matchLabels, matchExpressions }: LabelSelectorObject): boolean =>
  Object.keys(matchLabels ?? {}).length + (matchExpressions?.length ?? 0) === 0;

/** There is a selector, it is one, and it does not find everything. */
export function checkSelector(out: Errors, selector: LabelSelectorObject | undefined, kind: string): void {
  const field = 'spec.selector';
  if (!selector) {
    out.push(fieldError.required(field));
    return;
  }
  out.push(...validateLabelSelector(selector, field));
  if (isEmptySelector(selector)) out.push(fieldError.invalid(field, selector, `empty selector is invalid for ${kind}`));
}

/** Pods of the template are found by the selector. */
export function checkTemplateLabels(out: Errors, template: PodTemplateSpec, selector: LabelSelectorObject | undefined): void {
  if (!selector || isEmptySelector(selector)) return;
  const labels = template.metadata?.labels;
  if (!matches(selector, labels)) {
    out.push(fieldError.invalid('spec.template.metadata.labels', labels ?? {}, '`selector` does not match template `labels`'));
  }
}

function matches(selector: LabelSelectorObject, labels: Record<string, string> | undefined): boolean {
  try {
    return selectorFromObject(selector).matches(labels);
  } catch (error) {
    // Told already, as an error of the selector.
    if (error instanceof LabelSelectorError) return true;
    throw error;
  }
}

/** A template of pods that run until somebody deletes them; `kind` as the texts name it. */
export function checkLastingTemplate(out: Errors, { template, selector, kind }: { template: PodTemplateSpec | undefined; selector: LabelSelectorObject | undefined; kind: string }): void {
  const field = 'spec.template';
  if (!template) {
    out.push(fieldError.required(field));
    return;
  }
  checkTemplateLabels(out, template, selector);
  checkPodTemplateSpec(out, field, template);
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy && restartPolicy !== 'Always') out.push(fieldError.notSupported(`${field}.spec.restartPolicy`, restartPolicy, ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    out.push(fieldError.forbidden(`${field}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`));
  }
}

/** Numbers of a status: none is negative. */
export function checkCounts(out: Errors, status: object | undefined, names: readonly string[]): void {
  for (const [name, value] of Object.entries(status ?? {})) {
    if (names.includes(name) && typeof value === 'number') checkNotNegative(out, `status.${name}`, value);
  }
}

/** Each of the counts is at most `status.replicas`. */
export function checkAtMostReplicas(out: Errors, counts: Readonly<Record<string, number | undefined>>, replicas = 0): void {
  for (const [name, count = 0] of Object.entries(counts)) {
    if (count > replicas) out.push(fieldError.invalid(`status.${name}`, count, 'cannot be greater than status.replicas'));
  }
}

/** Hash collisions are only ever added. */
export function checkCollisionCount(out: Errors, next: number | undefined, previous: number | undefined): void {
  if (previous !== undefined && (next ?? 0) < previous) out.push(fieldError.invalid('status.collisionCount', next ?? 0, 'cannot be decremented'));
}
