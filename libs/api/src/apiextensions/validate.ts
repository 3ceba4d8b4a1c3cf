import { fieldError, isConditionTrue, validateDns1123Subdomain, type FieldError } from '@typernetes/machinery';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion } from '../generated/types';
import { checkOneOf, checkRequired, checkRequiredOneOf, checkWith, fieldIsImmutable, type Errors } from '../validation/checks';
import { storageVersionOf } from './custom-resource-definition';
import { checkSelectableFields } from './selectable-fields';
import { validateApproval } from './validate-approval';
import { checkNames } from './validate-names';
import { checkVersion } from './validate-version';

/** Decoding drops what is empty: any of it may be missing. */
type LooseSpec = Partial<Omit<CustomResourceDefinitionSpec, 'versions'>> & { versions?: Partial<CustomResourceDefinitionVersion>[] };

function checkGroup(out: Errors, group: string | undefined): void {
  if (!checkRequired(out, 'spec.group', group) || group === undefined) return;
  const before = out.length;
  checkWith(out, 'spec.group', group, validateDns1123Subdomain);
  if (out.length === before && !group.includes('.')) out.push(fieldError.invalid('spec.group', group, 'should be a domain with at least one dot'));
}

function checkVersions(out: Errors, versions: readonly Partial<CustomResourceDefinitionVersion>[]): void {
  const field = 'spec.versions';
  versions.forEach((version, i) => {
    checkVersion(out, `${field}[${i}]`, version);
    checkSelectableFields(out, `${field}[${i}].selectableFields`, version);
  });
  if (new Set(versions.map(({ name }) => name)).size < versions.length) out.push(fieldError.invalid(field, versions, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1) out.push(fieldError.invalid(field, versions, 'must have exactly one version marked as storage version'));
}

function checkConversion(out: Errors, { conversion }: LooseSpec): void {
  if (!conversion) return;
  const field = 'spec.conversion';
  checkRequiredOneOf(out, `${field}.strategy`, conversion.strategy, ['None', 'Webhook']);
  if (conversion.strategy === 'Webhook') {
    if (!conversion.webhook?.clientConfig) out.push(fieldError.required(`${field}.webhook.clientConfig`, 'required when strategy is set to Webhook'));
    if (!conversion.webhook?.conversionReviewVersions.length) out.push(fieldError.required(`${field}.webhook.conversionReviewVersions`));
  } else if (conversion.webhook) {
    out.push(fieldError.forbidden(`${field}.webhook`, 'should not be set when strategy is not set to Webhook'));
  }
}

function checkSpec(out: Errors, spec: LooseSpec): void {
  checkGroup(out, spec.group);
  checkRequiredOneOf(out, 'spec.scope', spec.scope, ['Cluster', 'Namespaced']);
  if (spec.preserveUnknownFields) {
    const detail = 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    out.push(fieldError.invalid('spec.preserveUnknownFields', true, detail));
  }
  checkVersions(out, spec.versions ?? []);
  checkNames(out, 'spec.names', spec.names ?? {});
  checkConversion(out, spec);
}

function checkStoredVersions(out: Errors, definition: CustomResourceDefinition): void {
  const field = 'status.storedVersions';
  const stored = definition.status?.storedVersions ?? [];
  const storage = storageVersionOf(definition);
  const known = new Set(((definition.spec as LooseSpec).versions ?? []).map(({ name }) => name));
  if (stored.length === 0) out.push(fieldError.invalid(field, stored, 'must have at least one stored version'));
  else if (storage !== undefined && !stored.includes(storage)) out.push(fieldError.invalid(field, stored, `must have the storage version ${storage}`));
  stored.forEach((version, i) => {
    if (!known.has(version)) out.push(fieldError.invalid(`${field}[${i}]`, version, 'must appear in spec.versions'));
  });
}

function validate(definition: CustomResourceDefinition): FieldError[] {
  const out: FieldError[] = [];
  const spec = (definition.spec as LooseSpec | undefined) ?? {};
  const name = definition.metadata?.name;
  if (name !== `${spec.names?.plural}.${spec.group}`) out.push(fieldError.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  checkSpec(out, spec);
  if (spec.versions?.some(({ storage }) => storage)) checkStoredVersions(out, definition);
  return out;
}

/** Upstream's ValidateCustomResourceDefinition, but for the structure of schemas. */
export function validateCustomResourceDefinitionCreate(next: CustomResourceDefinition): FieldError[] {
  return [...validate(next), ...((next.spec as LooseSpec | undefined)?.group ? validateApproval(next) : [])];
}

/** Group and plural make the name; once the kind is served, whoever uses it relies on its scope and kind. */
export function validateCustomResourceDefinitionUpdate(next: CustomResourceDefinition, previous: CustomResourceDefinition): FieldError[] {
  const out = validate(next);
  const checkSame = (field: string, after: unknown, before: unknown): void => {
    if (after !== before) out.push(fieldError.invalid(field, after, fieldIsImmutable));
  };
  const [after, before] = [(next.spec as LooseSpec | undefined) ?? {}, previous.spec];
  if (isConditionTrue(previous.status?.conditions, 'Established')) {
    checkSame('spec.scope', after.scope, before.scope);
    checkSame('spec.names.kind', after.names?.kind, before.names.kind);
  }
  checkSame('spec.group', after.group, before.group);
  checkSame('spec.names.plural', after.names?.plural, before.names.plural);
  return out;
}

/** Conditions are the apiserver's; versions that were ever stored are also taken off by whoever has migrated the objects. */
export function validateCustomResourceDefinitionStatusUpdate(next: CustomResourceDefinition): FieldError[] {
  const out: FieldError[] = [];
  next.status?.conditions?.forEach(({ status }, i) => checkOneOf(out, `status.conditions[${i}].status`, status, ['True', 'False', 'Unknown']));
  checkStoredVersions(out, next);
  return out;
}
