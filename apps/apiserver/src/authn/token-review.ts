import type { TokenReview, TokenReviewStatus, UserInfo as ApiUser } from '@typernetes/api';
import { apiErrors, isApiError } from '@typernetes/machinery';
import type { SubresourceHandler } from '../pipeline/subresource';
import { groups, type UserInfo } from '../pipeline/types';
import type { IdentifyToken } from './service-account/token-authenticator';

/** A user in the API's form (authentication/v1 UserInfo). */
export function apiUser({ name, uid, groups: memberOf, extra }: UserInfo): ApiUser {
  return {
    username: name,
    ...(uid ? { uid } : {}),
    ...(memberOf.length > 0 ? { groups: [...memberOf] } : {}),
    ...(extra && Object.keys(extra).length > 0 ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) } : {}),
  };
}

const withAuthenticated = (user: UserInfo): UserInfo => (user.groups.includes(groups.authenticated) ? user : { ...user, groups: [...user.groups, groups.authenticated] });

async function review(identify: IdentifyToken, { token, audiences }: { token: string; audiences: readonly string[] }): Promise<TokenReviewStatus> {
  try {
    const identity = await identify(token, audiences);
    if (!identity) return { authenticated: false };
    return { authenticated: true, user: apiUser(withAuthenticated(identity.user)), audiences: [...identity.audiences] };
  } catch (error) {
    if (isApiError(error)) throw error;
    return { authenticated: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** POST tokenreviews: whose token is this? */
export function tokenReviewHandler(identify: IdentifyToken, apiAudiences: readonly string[]): SubresourceHandler {
  return {
    call: async ({ body }) => {
      const { metadata = {}, spec } = (body ?? {}) as TokenReview;
      if (!spec?.token) throw apiErrors.badRequest('token is required for TokenReview in authentication');
      const status = await review(identify, { token: spec.token, audiences: spec.audiences?.length ? spec.audiences : apiAudiences });
      const answer: TokenReview = { kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1', metadata, spec, status };
      return answer;
    },
  };
}

/** POST selfsubjectreviews: who am I? */
export const selfSubjectReviewHandler: SubresourceHandler = {
  call: ({ user, body }) =>
    Promise.resolve({
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: body?.metadata ?? {},
      status: { userInfo: apiUser(user) },
    }),
};
