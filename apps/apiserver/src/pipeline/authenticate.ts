import { apiErrors } from '@typernetes/machinery';
import type { Authenticator, Credentials } from './authenticator';
import { groups, type UserInfo } from './types';

/**
 * Asks the authenticators in order. Everybody who is not anonymous is in `system:authenticated`.
 * @throws ApiError Unauthorized when nobody knows the credentials
 */
export async function authenticate(authenticators: readonly Authenticator[], credentials: Credentials): Promise<UserInfo> {
  for (const authenticator of authenticators) {
    const pending = authenticator.authenticate(credentials);
    const user = pending instanceof Promise ? await pending : pending;
    if (user) return withAuthenticated(user);
  }
  throw apiErrors.unauthorized();
}

function withAuthenticated(user: UserInfo): UserInfo {
  if (user.groups.includes(groups.authenticated) || user.groups.includes(groups.unauthenticated)) return user;
  return { ...user, groups: [...user.groups, groups.authenticated] };
}
