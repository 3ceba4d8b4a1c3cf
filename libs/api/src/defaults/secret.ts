import type { Secret } from '../generated/types';

/** Fills in the type, and moves `stringData`, which is only ever written, into `data`. */
export function defaultSecret(secret: Secret): void {
  secret.type ||= 'Opaque';
  if (!secret.stringData) return;
  const data = (secret.data ??= {});
  for (const [key, text] of Object.entries(secret.stringData)) data[key] = Buffer.from(text).toString('base64');
  delete secret.stringData;
}
