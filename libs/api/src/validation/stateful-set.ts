import { fieldError, type FieldError } from '@typernetes/machinery';
import type { PodTemplateSpec, StatefulSet, StatefulSetSpec } from '../generated/types';
import { checkNotNegative, checkOneOf, sameValue, type Errors } from './checks';
import { checkAtMost100Percent, checkIntOrPercent, intOrPercentValue } from './int-or-percent';
import { checkAtMostReplicas, checkCollisionCount, checkCounts, checkLastingTemplate, checkSelector } from './workload';

function checkUpdateStrategy(out: Errors, field: string, { updateStrategy = {} }: StatefulSetSpec): void {
  const { type, rollingUpdate } = updateStrategy;
  switch (type) {
    case undefined:
    case '':
      out.push(fieldError.required(field));
      break;
    case 'OnDelete':
      if (rollingUpdate) out.push(fieldError.invalid(`${field}.rollingUpdate`, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'"));
      break;
    case 'RollingUpdate':
      checkNotNegative(out, `${field}.rollingUpdate.partition`, rollingUpdate?.partition);
      checkMaxUnavailable(out, `${field}.rollingUpdate.maxUnavailable`, rollingUpdate?.maxUnavailable);
      break;
    default:
      out.push(fieldError.invalid(field, updateStrategy, "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

function checkMaxUnavailable(out: Errors, field: string, value: number | string | undefined): void {
  if (value === undefined) return;
  checkIntOrPercent(out, field, value);
  if (intOrPercentValue(value) === 0) out.push(fieldError.invalid(field, value, 'cannot be 0'));
  checkAtMost100Percent(out, field, value);
}

function checkPolicies(out: Errors, { podManagementPolicy, persistentVolumeClaimRetentionPolicy }: StatefulSetSpec): void {
  const field = 'spec.podManagementPolicy';
  if (!podManagementPolicy) out.push(fieldError.required(field));
  else if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    out.push(fieldError.invalid(field, podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"));
  }
  for (const [name, policy] of Object.entries(persistentVolumeClaimRetentionPolicy ?? {})) {
    checkOneOf(out, `spec.persistentVolumeClaimRetentionPolicy.${name}`, policy as string, ['Delete', 'Retain']);
  }
}

/** As its pods will be: they have a volume for each claim, which containers may mount. */
function withClaimVolumes(template: PodTemplateSpec, { volumeClaimTemplates = [] }: StatefulSetSpec): PodTemplateSpec {
  const own = template.spec?.volumes ?? [];
  const added = volumeClaimTemplates.flatMap(({ metadata }) => {
    const name = metadata?.name ?? '';
    return own.some((volume) => volume.name === name) ? [] : [{ name, persistentVolumeClaim: { claimName: name } }];
  });
  return template.spec && added.length ? { ...template, spec: { ...template.spec, volumes: [...own, ...added] } } : template;
}

export function validateStatefulSetCreate({ spec = {} as StatefulSetSpec }: StatefulSet): FieldError[] {
  const out: Errors = [];
  const { selector, template } = spec;
  checkPolicies(out, spec);
  checkUpdateStrategy(out, 'spec.updateStrategy', spec);
  checkNotNegative(out, 'spec.replicas', spec.replicas);
  checkNotNegative(out, 'spec.minReadySeconds', spec.minReadySeconds);
  checkNotNegative(out, 'spec.ordinals.start', spec.ordinals?.start);
  checkNotNegative(out, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  checkSelector(out, selector, 'statefulset');
  checkLastingTemplate(out, { template: template && withClaimVolumes(template, spec), selector, kind: 'StatefulSet' });
  return out;
}

/** What may change; everything else is the identity of the pods. */
const mutableFields = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds'];

const withoutMutable = (spec: object | undefined): object => Object.fromEntries(Object.entries(spec ?? {}).filter(([name]) => !mutableFields.includes(name)));

export function validateStatefulSetUpdate(next: StatefulSet, previous: StatefulSet): FieldError[] {
  const out = validateStatefulSetCreate(next);
  if (!sameValue(withoutMutable(next.spec), withoutMutable(previous.spec))) {
    const [last, ...rest] = [...mutableFields].reverse().map((name) => `'${name}'`);
    out.push(fieldError.forbidden('spec', `updates to statefulset spec for fields other than ${rest.reverse().join(', ')} and ${last} are forbidden`));
  }
  return out;
}

const counts = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount'];

export function validateStatefulSetStatusUpdate({ status = { replicas: 0 } }: StatefulSet, previous: StatefulSet): FieldError[] {
  const out: Errors = [];
  const { readyReplicas, currentReplicas, updatedReplicas, availableReplicas } = status;
  checkCounts(out, status, counts);
  checkAtMostReplicas(out, { readyReplicas, currentReplicas, updatedReplicas, availableReplicas }, status.replicas);
  if ((availableReplicas ?? 0) > (readyReplicas ?? 0)) {
    out.push(fieldError.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than status.readyReplicas'));
  }
  checkCollisionCount(out, status.collisionCount, previous.status?.collisionCount);
  return out;
}
