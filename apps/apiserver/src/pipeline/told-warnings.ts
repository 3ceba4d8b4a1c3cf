/** Warnings of requests that fail: a client is told both. The error carries no field for them, so they are kept beside it. */
const warningsByError = new WeakMap<object, readonly string[]>();

export function keepWarnings(error: unknown, warnings: readonly string[]): void {
  if (typeof error === 'object' && error !== null && warnings.length > 0) warningsByError.set(error, warnings);
}

export const warningsOf = (error: unknown): readonly string[] => (typeof error === 'object' && error !== null ? (warningsByError.get(error) ?? []) : []);
