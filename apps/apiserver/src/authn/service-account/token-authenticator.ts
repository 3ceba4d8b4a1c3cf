import { apiErrors, isApiError, type Clock } from '@typernetes/machinery';
import type { Authenticator } from '../../pipeline/authenticator';
import type { ObjectReader } from '../../pipeline/object-reader';
import type { UserInfo } from '../../pipeline/types';
import type { TokenAuthority } from './token-authority';
import { tokenUser, type TokenUse } from './token-validity';

/** Who a token stands for, and for which of the asked audiences. */
export interface TokenIdentity {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

/** Says who a token stands for. Undefined: not one of ours. @throws Error that says what is wrong with it, ApiError when that can't be told */
export type IdentifyToken = (token: string, audiences: readonly string[]) => Promise<TokenIdentity | undefined>;

/** Legacy tokens know no audience: they are for the API. */
export function identifyTokens(authority: TokenAuthority, objects: ObjectReader, clock: Clock, onLegacyUse?: TokenUse['onLegacyUse']): IdentifyToken {
  return async (token, wanted) => {
    const claims = await authority.verify(token);
    if (!claims) return undefined;
    const own = claims.type === 'legacy' ? [authority.issuer] : claims.audiences;
    const audiences = wanted.filter((audience) => own.includes(audience));
    if (audiences.length === 0) throw new Error(`token audiences ${JSON.stringify(own)} is invalid for the target audiences ${JSON.stringify(wanted)}`);
    return { user: await tokenUser(objects, claims, { token, nowMs: clock.now(), ...(onLegacyUse ? { onLegacyUse } : {}) }), audiences };
  };
}

/** Knows service accounts by their tokens. Why a token is refused goes to the log, not to the client. */
export function serviceAccountAuthenticator(identify: IdentifyToken, apiAudiences: readonly string[], onRefused: (error: unknown) => void): Authenticator {
  return {
    name: 'serviceaccount',
    authenticate: async ({ bearerToken }) => {
      if (!bearerToken) return undefined;
      try {
        return (await identify(bearerToken, apiAudiences))?.user;
      } catch (error) {
        if (isApiError(error)) throw error;
        onRefused(error);
        throw apiErrors.unauthorized();
      }
    },
  };
}
