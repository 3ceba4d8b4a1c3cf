import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '@typernetes/api';
import type { UserInfo } from '../../pipeline/types';

type Binding = ClusterRoleBinding | RoleBinding;

/** Rules that reach a user, and by which binding. An empty namespace stands for the whole cluster. */
export interface GrantedRule {
  readonly rule: PolicyRule;
  readonly binding: Binding;
  /** By which of its names the user was found: `User:u`, `Group:g`. */
  readonly subject: string;
}

const keyOf = (namespace: string | undefined, name: string | undefined): string => `${namespace ?? ''}/${name ?? ''}`;

/**
 * Bindings by subject and namespace, roles by name: a request looks only at bindings that name its user or one of its
 * groups, in its namespace or cluster-wide, however many others there are.
 */
export class RbacIndex {
  private readonly roles = new Map<string, readonly PolicyRule[]>();
  private readonly bindings = new Map<string, Binding>();
  /** Subject, then namespace (empty: cluster-wide), then key of the binding. */
  private readonly bySubject = new Map<string, Map<string, Map<string, Binding>>>();

  setRole(role: Role | ClusterRole): void {
    this.roles.set(keyOf(role.metadata?.namespace, role.metadata?.name), role.rules ?? []);
  }

  removeRole(role: Role | ClusterRole): void {
    this.roles.delete(keyOf(role.metadata?.namespace, role.metadata?.name));
  }

  setBinding(binding: Binding): void {
    this.removeBinding(binding);
    const { namespace = '', name } = binding.metadata ?? {};
    const key = keyOf(namespace, name);
    this.bindings.set(key, binding);
    for (const subject of subjectKeys(binding)) {
      const byNamespace = this.bySubject.get(subject) ?? new Map<string, Map<string, Binding>>();
      const byKey = byNamespace.get(namespace) ?? new Map<string, Binding>();
      this.bySubject.set(subject, byNamespace.set(namespace, byKey.set(key, binding)));
    }
  }

  removeBinding({ metadata }: Binding): void {
    const namespace = metadata?.namespace ?? '';
    const key = keyOf(namespace, metadata?.name);
    const previous = this.bindings.get(key);
    if (!previous) return;
    this.bindings.delete(key);
    for (const subject of subjectKeys(previous)) {
      const byNamespace = this.bySubject.get(subject);
      byNamespace?.get(namespace)?.delete(key);
      if (byNamespace?.get(namespace)?.size === 0) byNamespace.delete(namespace);
      if (byNamespace?.size === 0) this.bySubject.delete(subject);
    }
  }

  /** All that the user may do in the namespace: cluster-wide grants first, then the namespace's own. */
  *rulesFor(user: UserInfo, namespace: string): Generator<GrantedRule> {
    const subjects = [`User:${user.name}`, ...user.groups.map((group) => `Group:${group}`)];
    for (const scope of namespace ? ['', namespace] : ['']) {
      for (const subject of subjects) {
        for (const binding of this.bySubject.get(subject)?.get(scope)?.values() ?? []) {
          for (const rule of this.rulesOf(binding)) yield { rule, binding, subject };
        }
      }
    }
  }

  /** Whether a binding's roleRef leads anywhere. */
  hasRole({ roleRef, metadata }: Binding): boolean {
    return this.roles.has(keyOf(roleRef.kind === 'Role' ? metadata?.namespace : '', roleRef.name));
  }

  /** The rules behind a binding's roleRef; none when the role does not exist. */
  rulesOf({ roleRef, metadata }: Binding): readonly PolicyRule[] {
    return this.roles.get(keyOf(roleRef.kind === 'Role' ? metadata?.namespace : '', roleRef.name)) ?? [];
  }
}

/** A service account is known by its user name. */
function subjectKeys(binding: Binding): string[] {
  return (binding.subjects ?? []).map(({ kind, name, namespace }) =>
    kind === 'ServiceAccount' ? `User:system:serviceaccount:${namespace || (binding.metadata?.namespace ?? '')}:${name}` : `${kind}:${name}`,
  );
}
