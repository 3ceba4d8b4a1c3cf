import { isCustom, type KindDefinition } from '@typernetes/api';
import { fieldError, validateLabelValue, validateQualifiedName, type FieldError, type KubernetesObject, type ObjectMeta } from '@typernetes/machinery';

/** Keys and values of all annotations together. */
const annotationsBytesMax = 256 * 1024;

/** Rules of metadata that hold for every kind (meta/v1 ObjectMeta). */
export function validateMetadata(kind: KindDefinition, object: KubernetesObject): FieldError[] {
  const metadata = object.metadata ?? {};
  return [
    ...validateNames(kind, metadata),
    ...validateLabels(metadata.labels),
    ...validateAnnotations(metadata.annotations),
    ...validateOwners(metadata),
    ...(metadata.finalizers ?? []).flatMap((finalizer, i) => validateFinalizer(kind, finalizer, `metadata.finalizers[${i}]`)),
  ];
}

function validateNames(kind: KindDefinition, { name, generateName, namespace }: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (generateName) errors.push(...kind.validateName(generateName, true).map((detail) => fieldError.invalid('metadata.generateName', generateName, detail)));
  if (!name) errors.push(fieldError.required('metadata.name', 'name or generateName is required'));
  else errors.push(...kind.validateName(name, false).map((detail) => fieldError.invalid('metadata.name', name, detail)));
  if (kind.namespaced && !namespace) errors.push(fieldError.required('metadata.namespace'));
  return errors;
}

function validateLabels(labels: Record<string, string> | undefined): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    const value = labels[key] ?? '';
    errors.push(...validateQualifiedName(key).map((detail) => fieldError.invalid('metadata.labels', key, detail)));
    if (value !== '') errors.push(...validateLabelValue(value).map((detail) => fieldError.invalid('metadata.labels', value, detail)));
  }
  return errors;
}

function validateAnnotations(annotations: Record<string, string> | undefined): FieldError[] {
  if (!annotations) return [];
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    errors.push(...validateQualifiedName(key.toLowerCase()).map((detail) => fieldError.invalid('metadata.annotations', key, detail)));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > annotationsBytesMax) errors.push(fieldError.tooLong('metadata.annotations', annotationsBytesMax));
  return errors;
}

function validateOwners({ ownerReferences }: ObjectMeta): FieldError[] {
  if (!ownerReferences) return [];
  const errors: FieldError[] = [];
  ownerReferences.forEach((owner, i) => {
    const field = `metadata.ownerReferences[${i}]`;
    for (const key of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[key]) errors.push(fieldError.invalid(`${field}.${key}`, owner[key] ?? '', key === 'apiVersion' ? 'version must not be empty' : 'must not be empty'));
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') errors.push(fieldError.invalid(field, owner, `${owner.apiVersion}, Kind=${owner.kind} is disallowed from being an owner`));
  });
  const controllers = ownerReferences.filter(({ controller }) => controller);
  if (controllers.length > 1) {
    errors.push(
      fieldError.invalid(
        'metadata.ownerReferences',
        ownerReferences,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]?.name} and ${controllers[1]?.name}`,
      ),
    );
  }
  return errors;
}

/** Finalizers without a domain that the system itself uses. */
const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Custom kinds and their definitions may have any; users' kinds are told what is better. */
const takesAnyFinalizer = (kind: KindDefinition): boolean => isCustom(kind) || kind.group === 'apiextensions.k8s.io';

function validateFinalizer(kind: KindDefinition, finalizer: string, field: string): FieldError[] {
  const errors = validateQualifiedName(finalizer).map((detail) => fieldError.invalid(field, finalizer, detail));
  if (errors.length === 0 && !takesAnyFinalizer(kind) && !finalizer.includes('/') && !standardFinalizers.has(finalizer)) {
    errors.push(fieldError.invalid(field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
  }
  return errors;
}

/** What no update may change in metadata. */
export function validateMetadataUpdate(next: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const [after, before] = [next.metadata ?? {}, previous.metadata ?? {}];
  const errors: FieldError[] = [];
  for (const field of ['name', 'namespace', 'uid'] as const) {
    if ((after[field] ?? '') !== (before[field] ?? '')) errors.push(fieldError.invalid(`metadata.${field}`, after[field], 'field is immutable'));
  }
  const added = before.deletionTimestamp ? (after.finalizers ?? []).filter((finalizer) => !before.finalizers?.includes(finalizer)) : [];
  if (added.length > 0) {
    const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
    errors.push(fieldError.forbidden('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`));
  }
  return errors;
}
