import { fieldError, validateDns1123Subdomain, validateLabelSelector, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import type { CSIDriver, CSINode, CSIStorageCapacity, StorageClass, VolumeAttachment, VolumeAttributesClass } from '../generated/types';
import { checkAmountNotNegative } from './amounts';
import { checkImmutable, checkOneOf, checkRequired, checkRequiredOneOf, checkRequiredWith, checkWith, sameValue, type Errors } from './checks';

const parametersMax = 512;
const driverNameMax = 63;

/** Names of drivers are domains. */
function checkDriverName(out: Errors, field: string, name: string | undefined): void {
  if (!checkRequired(out, field, name)) return;
  if ((name ?? '').length > driverNameMax) out.push(fieldError.tooLong(field, driverNameMax));
  for (const text of validateDns1123Subdomain((name ?? '').toLowerCase())) out.push(fieldError.invalid(field, name, text));
}

function checkParameters(out: Errors, parameters: Record<string, string> | undefined): void {
  const names = Object.keys(parameters ?? {});
  if (names.length > parametersMax) out.push(fieldError.tooLong('parameters', parametersMax));
  if (names.includes('')) out.push(fieldError.invalid('parameters', '', 'field can not be empty.'));
}

export function validateStorageClassCreate(storageClass: StorageClass): FieldError[] {
  const out: Errors = [];
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode } = storageClass;
  checkRequiredWith(out, 'provisioner', provisioner, (name) => validateQualifiedName(name.toLowerCase()));
  checkParameters(out, parameters);
  checkOneOf(out, 'reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']);
  checkRequiredOneOf(out, 'volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']);
  return out;
}

export function validateStorageClassUpdate(next: StorageClass, previous: StorageClass): FieldError[] {
  const out = validateStorageClassCreate(next);
  for (const name of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
    if (!sameValue(next[name], previous[name])) out.push(fieldError.forbidden(name, `updates to ${name} are forbidden.`));
  }
  checkImmutable(out, 'volumeBindingMode', [next.volumeBindingMode, previous.volumeBindingMode]);
  return out;
}

export function validateVolumeAttributesClassCreate({ driverName, parameters }: VolumeAttributesClass): FieldError[] {
  const out: Errors = [];
  checkDriverName(out, 'driverName', driverName);
  if (Object.keys(parameters ?? {}).length === 0) out.push(fieldError.required('parameters', 'must contain at least one key/value pair'));
  checkParameters(out, parameters);
  return out;
}

export function validateVolumeAttributesClassUpdate(next: VolumeAttributesClass, previous: VolumeAttributesClass): FieldError[] {
  const out: Errors = [];
  for (const name of ['driverName', 'parameters'] as const) {
    if (!sameValue(next[name], previous[name])) out.push(fieldError.forbidden(name, `updates to ${name} are forbidden.`));
  }
  return out;
}

export function validateVolumeAttachmentCreate({ spec }: VolumeAttachment): FieldError[] {
  const out: Errors = [];
  checkDriverName(out, 'spec.attacher', spec?.attacher);
  const { inlineVolumeSpec, persistentVolumeName } = spec?.source ?? {};
  const text = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  if (!inlineVolumeSpec && !persistentVolumeName) out.push(fieldError.required('spec.source', text));
  if (inlineVolumeSpec && persistentVolumeName) out.push(fieldError.forbidden('spec.source', text));
  checkRequiredWith(out, 'spec.nodeName', spec?.nodeName, validateDns1123Subdomain);
  return out;
}

export function validateVolumeAttachmentUpdate(next: VolumeAttachment, previous: VolumeAttachment): FieldError[] {
  const out = validateVolumeAttachmentCreate(next);
  checkImmutable(out, 'spec', [next.spec, previous.spec]);
  return out;
}

export function validateCSIDriverCreate({ metadata, spec }: CSIDriver): FieldError[] {
  const out: Errors = [];
  checkDriverName(out, 'metadata.name', metadata?.name);
  checkOneOf(out, 'spec.fsGroupPolicy', spec?.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType']);
  spec?.volumeLifecycleModes?.forEach((mode) => checkOneOf(out, 'spec.volumeLifecycleModes', mode, ['Ephemeral', 'Persistent']));
  const audiences = new Set<string>();
  spec?.tokenRequests?.forEach(({ audience }, i) => {
    if (audiences.has(audience)) out.push(fieldError.duplicate(`spec.tokenRequests[${i}].audience`, audience));
    audiences.add(audience);
  });
  return out;
}

export function validateCSIDriverUpdate(next: CSIDriver, previous: CSIDriver): FieldError[] {
  const out = validateCSIDriverCreate(next);
  for (const name of ['attachRequired', 'volumeLifecycleModes'] as const) checkImmutable(out, `spec.${name}`, [next.spec?.[name], previous.spec?.[name]]);
  return out;
}

export function validateCSINodeCreate({ spec }: CSINode): FieldError[] {
  const out: Errors = [];
  const names = new Set<string>();
  spec?.drivers?.forEach(({ name, nodeID, topologyKeys = [] }, i) => {
    const field = `spec.drivers[${i}]`;
    checkDriverName(out, `${field}.name`, name);
    checkRequired(out, `${field}.nodeID`, nodeID);
    if (names.has(name)) out.push(fieldError.duplicate(`${field}.name`, name));
    names.add(name);
    for (const key of topologyKeys) checkWith(out, `${field}.topologyKeys`, key, validateQualifiedName);
  });
  return out;
}

/** Drivers come and go; one that stays stays as it is, but for what it can attach. */
export function validateCSINodeUpdate(next: CSINode, previous: CSINode): FieldError[] {
  const out = validateCSINodeCreate(next);
  next.spec?.drivers?.forEach((driver, i) => {
    const before = previous.spec?.drivers?.find(({ name }) => name === driver.name);
    if (before) checkImmutable(out, `spec.drivers[${i}]`, [{ ...driver, allocatable: undefined }, { ...before, allocatable: undefined }]);
  });
  return out;
}

export function validateCSIStorageCapacityCreate({ storageClassName, nodeTopology, capacity, maximumVolumeSize }: CSIStorageCapacity): FieldError[] {
  const out: Errors = [];
  out.push(...validateLabelSelector(nodeTopology, 'nodeTopology'));
  checkWith(out, 'storageClassName', storageClassName ?? '', validateDns1123Subdomain);
  checkAmountNotNegative(out, 'capacity', capacity);
  checkAmountNotNegative(out, 'maximumVolumeSize', maximumVolumeSize);
  return out;
}

export function validateCSIStorageCapacityUpdate(next: CSIStorageCapacity, previous: CSIStorageCapacity): FieldError[] {
  const out = validateCSIStorageCapacityCreate(next);
  for (const name of ['nodeTopology', 'storageClassName'] as const) checkImmutable(out, name, [next[name], previous[name]]);
  return out;
}
