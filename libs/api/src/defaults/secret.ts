import type { Secret } from '../generated/types';

export function defaultSecret(secret: Secret): void {
  secret.type ||= 'Opaque';
}
