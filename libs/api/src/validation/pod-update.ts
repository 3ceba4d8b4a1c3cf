import { fieldError } from '@typernetes/machinery';
import type { Container, NodeSelectorTerm, PodSpec, Toleration } from '../generated/types';
import { checkBetween, checkRequired, int32Max, sameValue, type Errors } from './checks';
import { checkPodSpec } from './pod-spec';

const changeable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
];

/** Compares the spec with what was; the order of rules is upstream's. */
export function checkPodSpecUpdate(out: Errors, next: PodSpec, previous: PodSpec): void {
  if (sameValue(next, previous)) return;
  checkPodSpec(out, 'spec', next);
  for (const kind of ['containers', 'initContainers'] as const) {
    if (checkContainers(out, kind, [next[kind] ?? [], previous[kind] ?? []])) return;
  }
  checkDeadline(out, next, previous);
  checkAddedTolerations(out, next.tolerations ?? [], previous.tolerations ?? []);
  checkGates(out, next, previous);
  const munged = withAllowedChanges(next, previous, (gatedOut) => out.push(...gatedOut));
  if (sameValue(munged, previous)) return;
  out.push(fieldError.forbidden('spec', `pod updates may not change fields other than ${changeable.join(',')}\n${differences(munged, previous)}`));
}

/** True when the lists cannot be compared any further. */
function checkContainers(out: Errors, kind: 'containers' | 'initContainers', [next, previous]: [Container[], Container[]]): boolean {
  if (next.length !== previous.length) {
    out.push(fieldError.forbidden(`spec.${kind}`, 'pod updates may not add or remove containers'));
    return true;
  }
  next.forEach(({ image }, i) => {
    if (image !== previous[i]?.image) checkRequired(out, `spec.${kind}[${i}].image`, image?.trim());
  });
  return false;
}

function checkDeadline(out: Errors, { activeDeadlineSeconds: next }: PodSpec, { activeDeadlineSeconds: previous }: PodSpec): void {
  const field = 'spec.activeDeadlineSeconds';
  checkBetween(out, field, next, [0, int32Max]);
  if (previous === undefined) return;
  if (next === undefined) out.push(fieldError.invalid(field, next, 'must not update from a positive integer to nil value'));
  else if (next > previous) out.push(fieldError.invalid(field, next, 'must be less than or equal to previous value'));
}

/** All that was is still there, with its seconds changed at most. */
function checkAddedTolerations(out: Errors, next: readonly Toleration[], previous: readonly Toleration[]): void {
  const timeless = (toleration: Toleration): Toleration => ({ ...toleration, tolerationSeconds: 0 });
  const isKept = (toleration: Toleration): boolean => next.some((other) => sameValue(timeless(other), timeless(toleration)));
  if (!previous.every(isKept)) {
    out.push(fieldError.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
  }
}

function checkGates(out: Errors, next: PodSpec, previous: PodSpec): void {
  const known = new Set(previous.schedulingGates?.map(({ name }) => name));
  for (const { name } of next.schedulingGates ?? []) {
    if (!known.has(name)) out.push(fieldError.forbidden('spec.schedulingGates', `only deletion is allowed, but found new scheduling gate '${name}'`));
  }
}

/** `next` with all that may change set back, so that what still differs is a violation. */
function withAllowedChanges(next: PodSpec, previous: PodSpec, report: (errors: Errors) => void): PodSpec {
  const withImages = (containers: Container[] | undefined, before: Container[] | undefined): Container[] =>
    (containers ?? []).map((container, i) => ({ ...container, image: before?.[i]?.image }));
  const munged: PodSpec = {
    ...next,
    containers: withImages(next.containers, previous.containers),
    initContainers: withImages(next.initContainers, previous.initContainers),
    activeDeadlineSeconds: previous.activeDeadlineSeconds,
    tolerations: previous.tolerations,
    schedulingGates: previous.schedulingGates,
  };
  if ((previous.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1) {
    munged.terminationGracePeriodSeconds = previous.terminationGracePeriodSeconds;
  }
  if (previous.schedulingGates?.length) {
    report(checkGatedChanges(next, previous));
    munged.nodeSelector = previous.nodeSelector;
    const affinity = { ...next.affinity, nodeAffinity: previous.affinity?.nodeAffinity };
    munged.affinity = previous.affinity || Object.values(affinity).some((value) => value !== undefined) ? affinity : undefined;
  }
  return munged;
}

/** While it waits at a gate, a pod may be told more narrowly where to run (KEP-3838). */
function checkGatedChanges({ nodeSelector, affinity }: PodSpec, previous: PodSpec): Errors {
  const out: Errors = [];
  for (const [key, value] of Object.entries(previous.nodeSelector ?? {})) {
    if (nodeSelector?.[key] === value) continue;
    out.push(fieldError.invalid('spec.nodeSelector', nodeSelector, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'));
    break;
  }
  const terms = (spec: Pick<PodSpec, 'affinity'>): NodeSelectorTerm[] | undefined =>
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const before = terms(previous);
  if (!before) return out;
  const after = affinity ? (terms({ affinity }) ?? []) : [];
  const field = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
  if (after.length !== before.length) {
    out.push(fieldError.invalid(field, after, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
    return out;
  }
  before.forEach((term, i) => {
    const narrowed = after[i];
    const keeps = (name: 'matchExpressions' | 'matchFields'): boolean =>
      (term[name] ?? []).every((requirement) => (narrowed?.[name] ?? []).some((other) => sameValue(other, requirement)));
    if (!keeps('matchExpressions') || !keeps('matchFields')) {
      out.push(fieldError.invalid(`${field}[${i}]`, narrowed, 'only additions are allowed (no mutations or deletions)'));
    }
  });
  return out;
}

/** What differs, one line per value: `-hostname: "a"`, `+hostname: "b"`. */
function differences(next: unknown, previous: unknown, path = ''): string {
  if (sameValue(next, previous)) return '';
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (!isObject(next) || !isObject(previous)) {
    const line = (sign: string, value: unknown): string => (value === undefined ? '' : `${sign}${path}: ${JSON.stringify(value)}\n`);
    return line('-', previous) + line('+', next);
  }
  const [after, before] = [next as Record<string, unknown>, previous as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const join = (key: string): string => (Array.isArray(next) ? `${path}[${key}]` : path ? `${path}.${key}` : key);
  return keys.map((key) => differences(after[key], before[key], join(key))).join('');
}
