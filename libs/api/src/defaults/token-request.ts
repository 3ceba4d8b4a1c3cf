import type { AuthenticationV1TokenRequest } from '../generated/types';

const tokenExpirationSeconds = 3600;

export function defaultTokenRequest({ spec }: AuthenticationV1TokenRequest): void {
  if (spec) spec.expirationSeconds ??= tokenExpirationSeconds;
}
