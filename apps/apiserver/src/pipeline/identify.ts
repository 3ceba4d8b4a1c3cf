import type { Extensions } from './extensions';
import { authenticate } from './authenticate';
import type { Credentials } from './authenticator';
import { authorize } from './authorize';
import type { AuthorizationAttributes } from './authorizer';
import { groups, users, type UserInfo } from './types';

/**
 * Who a request counts for: who sent it, or whom the sender impersonates and may impersonate.
 * @throws ApiError Unauthorized, Forbidden
 */
export async function identify({ authenticators, authorizers }: Extensions, credentials: Credentials): Promise<UserInfo> {
  const sender = await authenticate(authenticators, credentials);
  const { impersonate } = credentials;
  if (!impersonate) return sender;
  for (const attributes of impersonationAttributes(impersonate)) await authorize(authorizers, sender, attributes);
  return withImpliedGroups(impersonate);
}

const serviceAccountName = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** What the sender must be allowed: `impersonate` on each part of the identity (API concepts, "User impersonation"). */
function impersonationAttributes({ name, uid, groups: wanted, extra = {} }: UserInfo): AuthorizationAttributes[] {
  const about = (group: string, resource: string, rest: { name: string; namespace?: string; subresource?: string }): AuthorizationAttributes => ({
    type: 'resource', verb: 'impersonate', group, version: 'v1', resource, namespace: '', subresource: '', ...rest,
  });
  const [, namespace, account] = serviceAccountName.exec(name) ?? [];
  const authentication = 'authentication.k8s.io';
  return [
    namespace && account ? about('', 'serviceaccounts', { namespace, name: account }) : about('', 'users', { name }),
    ...wanted.map((group) => about('', 'groups', { name: group })),
    ...(uid ? [about(authentication, 'uids', { name: uid })] : []),
    ...Object.entries(extra).flatMap(([key, values]) => values.map((value) => about(authentication, 'userextras', { name: value, subresource: key }))),
  ];
}

/** Groups that belong to every identity of its sort, as an authenticator would have set them. */
function withImpliedGroups(user: UserInfo): UserInfo {
  const [, namespace] = serviceAccountName.exec(user.name) ?? [];
  const accountGroups = namespace && user.groups.length === 0 ? [groups.serviceAccounts, `${groups.serviceAccounts}:${namespace}`] : [];
  const general = user.name === users.anonymous ? groups.unauthenticated : groups.authenticated;
  return { ...user, groups: [...new Set([...user.groups, ...accountGroups, general])] };
}
