import { fieldError, validateDns1123Subdomain, validateLabelSelector, type FieldError } from '@typernetes/machinery';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../generated/types';
import { checkAccessModes, checkPositiveAmount, compareAmounts } from './amounts';
import { checkImmutable, checkOneOf, checkRequired, checkWith, sameValue, type Errors } from './checks';

const defaultClassAnnotation = 'volume.beta.kubernetes.io/storage-class';

function checkDataSource(out: Errors, name: 'dataSource' | 'dataSourceRef', spec: PersistentVolumeClaimSpec): void {
  const source = spec[name];
  if (!source) return;
  checkRequired(out, `spec.${name}.name`, source.name);
  checkRequired(out, `spec.${name}.kind`, source.kind);
  if (!source.apiGroup && source.kind !== 'PersistentVolumeClaim') {
    out.push(fieldError.invalid(`spec.${name}`, source.kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
}

/** Also for claims that are templates of a pod or a StatefulSet. */
export function checkClaimSpec(out: Errors, spec: PersistentVolumeClaimSpec): void {
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) out.push(fieldError.required('spec.accessModes', 'at least 1 access mode is required'));
  out.push(...validateLabelSelector(spec.selector, 'spec.selector'));
  checkAccessModes(out, 'spec.accessModes', modes);
  const storage = spec.resources?.requests?.storage;
  if (storage === undefined) out.push(fieldError.required('spec.resources[storage]'));
  else checkPositiveAmount(out, 'spec.resources[storage]', storage);
  for (const name of ['storageClassName', 'volumeAttributesClassName'] as const) {
    if (spec[name]) checkWith(out, `spec.${name}`, spec[name], validateDns1123Subdomain);
  }
  checkOneOf(out, 'spec.volumeMode', spec.volumeMode, ['Block', 'Filesystem']);
  checkDataSource(out, 'dataSource', spec);
  checkDataSource(out, 'dataSourceRef', spec);
}

export function validatePersistentVolumeClaimCreate({ spec = {} }: PersistentVolumeClaim): FieldError[] {
  const out: Errors = [];
  checkClaimSpec(out, spec);
  return out;
}

/** `next` less what may change: the volume while there is none, a missing class, and more when the claim is bound. */
function withAllowedChanges(next: PersistentVolumeClaimSpec, previous: PersistentVolumeClaimSpec, claim: PersistentVolumeClaim): PersistentVolumeClaimSpec {
  const allowed: PersistentVolumeClaimSpec = { ...next };
  if (!previous.volumeName) allowed.volumeName = previous.volumeName;
  const hasClass = previous.storageClassName !== undefined || claim.metadata?.annotations?.[defaultClassAnnotation] !== undefined;
  if (!hasClass) allowed.storageClassName = previous.storageClassName;
  if (claim.status?.phase === 'Bound') {
    const requests = { ...next.resources?.requests };
    const storage = previous.resources?.requests?.storage;
    if (storage !== undefined) requests.storage = storage;
    allowed.resources = { ...next.resources, requests };
    if (next.volumeAttributesClassName) allowed.volumeAttributesClassName = previous.volumeAttributesClassName;
  }
  return allowed;
}

export function validatePersistentVolumeClaimUpdate(next: PersistentVolumeClaim, previous: PersistentVolumeClaim): FieldError[] {
  const out = validatePersistentVolumeClaimCreate(next);
  const [after, before] = [next.spec ?? {}, previous.spec ?? {}];
  if (!sameValue(withAllowedChanges(after, before, previous), before)) {
    out.push(fieldError.forbidden('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'));
  }
  checkImmutable(out, 'spec.volumeMode', [after.volumeMode, before.volumeMode]);
  const [wanted, had] = [after.resources?.requests?.storage, before.resources?.requests?.storage];
  if (compareAmounts(wanted, had) < 0 && compareAmounts(wanted, previous.status?.capacity?.storage ?? had) <= 0) {
    out.push(fieldError.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  return out;
}
