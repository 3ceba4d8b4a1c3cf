import { fieldError, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import type { Namespace } from '../generated/types';
import type { Errors } from './checks';

const ownFinalizer = 'kubernetes';

function checkFinalizers(out: Errors, { spec }: Namespace): void {
  for (const finalizer of spec?.finalizers ?? []) {
    const texts = validateQualifiedName(finalizer);
    for (const text of texts) out.push(fieldError.invalid('spec.finalizers', finalizer, text));
    if (texts.length === 0 && !finalizer.includes('/') && finalizer !== ownFinalizer) {
      out.push(fieldError.invalid('spec.finalizers', finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
  }
}

export function validateNamespaceCreate(namespace: Namespace): FieldError[] {
  const out: Errors = [];
  checkFinalizers(out, namespace);
  return out;
}

/** Nothing but metadata can be changed by an update; the strategy sees to it. */
export function validateNamespaceUpdate(_next: Namespace, _previous: Namespace): FieldError[] {
  return [];
}

/** For the finalize subresource. */
export const validateNamespaceFinalizeUpdate = (next: Namespace, _previous: Namespace): FieldError[] => validateNamespaceCreate(next);

export function validateNamespaceStatusUpdate({ metadata, status }: Namespace, _previous: Namespace): FieldError[] {
  const isTerminating = status?.phase === 'Terminating';
  if (metadata?.deletionTimestamp === undefined) {
    return isTerminating ? [fieldError.invalid('status.Phase', status?.phase, "may not be 'Terminating' if `deletionTimestamp` is empty")] : [];
  }
  return isTerminating ? [] : [fieldError.invalid('status.Phase', status?.phase ?? '', "may only be 'Terminating' if `deletionTimestamp` is not empty")];
}
