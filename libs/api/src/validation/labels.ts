import { fieldError, validateLabelValue, validateQualifiedName } from '@typernetes/machinery';
import { checkWith, type Errors } from './checks';

/** Keys and values of all annotations of an object together. */
export const annotationsBytesMax = 256 * 1024;

export function checkLabels(out: Errors, field: string, labels: Record<string, string> | undefined): void {
  for (const key in labels) {
    checkWith(out, field, key, validateQualifiedName);
    checkWith(out, field, labels[key] ?? '', validateLabelValue);
  }
}

export function checkAnnotations(out: Errors, field: string, annotations: Record<string, string> | undefined): void {
  let bytes = 0;
  for (const key in annotations) {
    for (const text of validateQualifiedName(key.toLowerCase())) out.push(fieldError.invalid(field, key, text));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(annotations[key] ?? '');
  }
  if (bytes > annotationsBytesMax) out.push(fieldError.tooLong(field, annotationsBytesMax));
}
