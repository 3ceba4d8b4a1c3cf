import { fieldError, type FieldError } from '@typernetes/machinery';
import type { CustomResourceDefinition } from '../generated/types';

const annotation = 'api-approved.kubernetes.io';
const document = 'https://github.com/kubernetes/enhancements/pull/1111';

/** Groups of the Kubernetes community: whoever declares kinds there says who has approved them (KEP-1111). */
export const isProtectedGroup = (group: string): boolean => /(^|\.)(k8s|kubernetes)\.io$/.test(group);

function isUrl(text: string): boolean {
  try {
    return new URL(text).host !== '';
  } catch {
    return false;
  }
}

/** What the approval says: `approved` (a link), `unapproved`, `missing` or `invalid`. */
export function approvalOf({ metadata, spec }: CustomResourceDefinition): { state: 'approved' | 'invalid' | 'missing' | 'unapproved' | 'unprotected'; message: string } {
  if (!isProtectedGroup(spec.group)) return { state: 'unprotected', message: '' };
  const value = metadata?.annotations?.[annotation] ?? '';
  if (value === '') return { state: 'missing', message: `protected groups must have approval annotation ${JSON.stringify(annotation)}, see ${document}` };
  if (value.startsWith('unapproved')) return { state: 'unapproved', message: `not approved: ${JSON.stringify(value)}` };
  if (isUrl(value)) return { state: 'approved', message: `approved in ${value}` };
  return { state: 'invalid', message: `protected groups must have approval annotation ${JSON.stringify(annotation)} with either a URL or a reason starting with "unapproved", see ${document}` };
}

export function validateApproval(definition: CustomResourceDefinition): FieldError[] {
  const { state, message } = approvalOf(definition);
  const field = `metadata.annotations[${annotation}]`;
  if (state === 'missing') return [fieldError.required(field, message)];
  return state === 'invalid' ? [fieldError.invalid(field, definition.metadata?.annotations?.[annotation], message)] : [];
}
