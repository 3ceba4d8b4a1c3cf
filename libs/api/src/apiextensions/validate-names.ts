import { fieldError, validateDns1035Label } from '@typernetes/machinery';
import type { CustomResourceDefinitionNames } from '../generated/types';
import { checkRequired, checkWith, type Errors } from '../validation/checks';

/** Kinds are checked as labels, whatever their case. */
function checkKind(out: Errors, field: string, kind: string | undefined): void {
  if (!checkRequired(out, field, kind) || kind === undefined) return;
  const texts = validateDns1035Label(kind.toLowerCase());
  if (texts.length > 0) out.push(fieldError.invalid(field, kind, `may have mixed case, but should otherwise match: ${texts.join(',')}`));
}

/** Names under which a kind is to be served (apiextensions/v1 CustomResourceDefinitionNames). */
export function checkNames(out: Errors, field: string, names: Partial<CustomResourceDefinitionNames>): void {
  for (const name of ['plural', 'singular'] as const) {
    if (checkRequired(out, `${field}.${name}`, names[name])) checkWith(out, `${field}.${name}`, names[name] ?? '', validateDns1035Label);
  }
  checkKind(out, `${field}.kind`, names.kind);
  names.shortNames?.forEach((name, i) => checkWith(out, `${field}.shortNames[${i}]`, name, validateDns1035Label));
  checkKind(out, `${field}.listKind`, names.listKind);
  if (names.kind && names.kind === names.listKind) out.push(fieldError.invalid(`${field}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  names.categories?.forEach((name, i) => checkWith(out, `${field}.categories[${i}]`, name, validateDns1035Label));
}
