import type { ClusterRoleBinding, RoleBinding } from '../generated/types';

const rbacGroup = 'rbac.authorization.k8s.io';

function defaultBinding({ roleRef, subjects }: ClusterRoleBinding | RoleBinding): void {
  if (roleRef) roleRef.apiGroup ||= rbacGroup;
  for (const subject of subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= rbacGroup;
  }
}

export const defaultRoleBinding = (binding: RoleBinding): void => defaultBinding(binding);
export const defaultClusterRoleBinding = (binding: ClusterRoleBinding): void => defaultBinding(binding);
