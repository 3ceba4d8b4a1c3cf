import { groups, type UserInfo } from '../../pipeline/types';

const prefix = 'system:serviceaccount:';

export const serviceAccountUserName = (namespace: string, name: string): string => `${prefix}${namespace}:${name}`;

/** The groups of all service accounts, and of those in one namespace. */
export const serviceAccountGroups = (namespace: string): string[] => [groups.serviceAccounts, `${groups.serviceAccounts}:${namespace}`];

export const serviceAccountUser = (namespace: string, name: string, rest: Pick<UserInfo, 'uid' | 'extra'> = {}): UserInfo => ({
  name: serviceAccountUserName(namespace, name),
  groups: serviceAccountGroups(namespace),
  ...rest,
});

/** Namespace and name behind a user name; undefined for other users. */
export function parseServiceAccountUser(userName: string): { namespace: string; name: string } | undefined {
  if (!userName.startsWith(prefix)) return undefined;
  const [namespace = '', name = '', ...rest] = userName.slice(prefix.length).split(':');
  return namespace && name && rest.length === 0 ? { namespace, name } : undefined;
}
