import type { ClusterRole, ClusterRoleBinding, PolicyRule, RbacV1Subject, Role, RoleBinding } from '@typernetes/api';
import type { KubernetesObject, ObjectMeta } from '@typernetes/machinery';

/** Marks objects that the apiserver may complete again at every start (API documentation "Auto-reconciliation"). */
export const autoUpdateAnnotation = 'rbac.authorization.kubernetes.io/autoupdate';

const rbacGroup = 'rbac.authorization.k8s.io';
const rbacVersion = `${rbacGroup}/v1`;

const words = (text: string): string[] => text.split(' ');

/** One rule on resources: `rule('get list', 'pods pods/log')`. Words are separated by single blanks. */
export function rule(verbs: string, resources: string, groups: readonly string[] = [''], resourceNames?: string): PolicyRule {
  return {
    apiGroups: [...groups],
    resources: words(resources),
    verbs: words(verbs),
    ...(resourceNames ? { resourceNames: words(resourceNames) } : {}),
  };
}

type RuleIn = (verbs: string, resources: string, resourceNames?: string) => PolicyRule;

/** `rule` for fixed API groups. */
export const rulesIn =
  (...groups: readonly string[]): RuleIn =>
  (verbs, resources, resourceNames) =>
    rule(verbs, resources, groups, resourceNames);

export const core = rulesIn('');
export const apps = rulesIn('apps');
/** Workloads of today and of the time before apps/v1. */
export const appsAndExtensions = rulesIn('apps', 'extensions');
export const extensions = rulesIn('extensions');
export const autoscaling = rulesIn('autoscaling');
export const batch = rulesIn('batch');
export const policy = rulesIn('policy');
export const networking = rulesIn('networking.k8s.io');
export const discovery = rulesIn('discovery.k8s.io');
export const coordination = rulesIn('coordination.k8s.io');
export const storage = rulesIn('storage.k8s.io');
export const dynamic = rulesIn('resource.k8s.io');
export const certificates = rulesIn('certificates.k8s.io');
export const authentication = rulesIn('authentication.k8s.io');
export const authorization = rulesIn('authorization.k8s.io');
export const rbac = rulesIn(rbacGroup);
export const anyGroup = rulesIn('*');

/** GET of paths that are no resources. */
export const paths = (urls: string): PolicyRule => ({ nonResourceURLs: words(urls), verbs: ['get'] });

export const read = 'get list watch';
export const write = 'create delete deletecollection patch update';
export const all = `${read} ${write}`;

/** What everybody who records events needs, in both groups. */
export const recordEvents = rulesIn('', 'events.k8s.io')('create patch update', 'events');

function metadata(name: string, extra: ObjectMeta = {}): ObjectMeta {
  return {
    ...extra,
    name,
    annotations: { [autoUpdateAnnotation]: 'true' },
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...extra.labels },
  };
}

const aggregateLabel = (role: string): Record<string, string> => ({ [`${rbacGroup}/aggregate-to-${role}`]: 'true' });

/** A role for the whole cluster. `aggregateTo`: its rules become part of that role too. */
export function clusterRole(name: string, rules: readonly PolicyRule[], aggregateTo?: string): ClusterRole {
  return { apiVersion: rbacVersion, kind: 'ClusterRole', metadata: metadata(name, aggregateTo ? { labels: aggregateLabel(aggregateTo) } : {}), rules: [...rules] };
}

/** A role whose rules are those of all roles labelled for it; the aggregation controller fills it. */
export function aggregatedRole(name: string, aggregateTo?: string): ClusterRole {
  const { rules: _, ...role } = clusterRole(name, [], aggregateTo);
  return { ...role, aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregateLabel(name) }] } };
}

export const role = (namespace: string, name: string, rules: readonly PolicyRule[]): Role => ({
  apiVersion: rbacVersion,
  kind: 'Role',
  metadata: metadata(name, { namespace }),
  rules: [...rules],
});

export const user = (name: string): RbacV1Subject => ({ apiGroup: rbacGroup, kind: 'User', name });
export const group = (name: string): RbacV1Subject => ({ apiGroup: rbacGroup, kind: 'Group', name });
export const serviceAccount = (name: string, namespace = 'kube-system'): RbacV1Subject => ({ kind: 'ServiceAccount', name, namespace });

/** Binds a ClusterRole in the whole cluster; the binding has the role's name unless told otherwise. */
export function bindClusterRole(roleName: string, subjects: readonly RbacV1Subject[], name = roleName): ClusterRoleBinding {
  return {
    apiVersion: rbacVersion,
    kind: 'ClusterRoleBinding',
    metadata: metadata(name),
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: roleName },
    ...(subjects.length > 0 ? { subjects: [...subjects] } : {}),
  };
}

/** Binds a Role in its namespace. */
export function bindRole(namespace: string, roleName: string, subjects: readonly RbacV1Subject[], name = roleName): RoleBinding {
  return {
    apiVersion: rbacVersion,
    kind: 'RoleBinding',
    metadata: metadata(name, { namespace }),
    roleRef: { apiGroup: rbacGroup, kind: 'Role', name: roleName },
    subjects: [...subjects],
  };
}

/** Everything that RBAC starts with. */
export interface DefaultRbac {
  readonly clusterRoles: readonly ClusterRole[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
  readonly roles: readonly Role[];
  readonly roleBindings: readonly RoleBinding[];
}

export type RbacObject = KubernetesObject & (ClusterRole | ClusterRoleBinding | Role | RoleBinding);
