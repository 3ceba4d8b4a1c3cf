import type { ClusterRole, PolicyRule, RbacV1Subject } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import { coversRule } from '../../authz/rbac/covers';
import { autoUpdateAnnotation, type RbacObject } from './builders';

/** What to do with one default object, given the one that is stored. */
export type Reconciled =
  | { readonly type: 'create' | 'update' | 'recreate'; readonly object: RbacObject }
  | { readonly type: 'keep' };

/**
 * The stored object with what it lacks of the default: rules, subjects, labels, selectors. What it has beyond that
 * stays. An object with the annotation set to false is its administrator's. A binding to another role is replaced,
 * because a roleRef can't change.
 */
export function reconcile(wanted: RbacObject, stored: RbacObject | undefined): Reconciled {
  if (!stored) return { type: 'create', object: wanted };
  if (stored.metadata?.annotations?.[autoUpdateAnnotation] === 'false') return { type: 'keep' };
  const next = { ...withMetadata(stored, wanted), ...completed(wanted, stored) } as RbacObject;
  if (refersElsewhere(wanted, stored)) return { type: 'recreate', object: wanted };
  return JSON.stringify(next) === JSON.stringify(stored) ? { type: 'keep' } : { type: 'update', object: next };
}

function withMetadata<T extends KubernetesObject>(stored: T, { metadata }: KubernetesObject): T {
  const before = stored.metadata ?? {};
  return {
    ...stored,
    metadata: { ...before, annotations: merged(before.annotations, metadata?.annotations), labels: merged(before.labels, metadata?.labels) },
  };
}

/** What is stored comes first and wins. */
const merged = (stored: Record<string, string> = {}, wanted: Record<string, string> = {}): Record<string, string> => ({ ...stored, ...without(wanted, stored) });

const without = (values: Record<string, string>, known: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !(key in known)));

function completed(wanted: RbacObject, stored: RbacObject): Partial<ClusterRole> & { subjects?: RbacV1Subject[] } {
  if ('roleRef' in wanted) return completedSubjects(wanted.subjects ?? [], 'subjects' in stored ? (stored.subjects ?? []) : []);
  if ('aggregationRule' in wanted) return completedSelectors(wanted, stored);
  const rules: PolicyRule[] = 'rules' in stored ? (stored.rules ?? []) : [];
  const missing = (wanted.rules ?? []).filter((rule) => !coversRule(rules, rule));
  return missing.length > 0 ? { rules: [...rules, ...missing] } : {};
}

const subjectKey = ({ kind, namespace, name }: RbacV1Subject): string => `${kind}/${namespace ?? ''}/${name}`;

function completedSubjects(wanted: readonly RbacV1Subject[], stored: readonly RbacV1Subject[]): { subjects?: RbacV1Subject[] } {
  const known = new Set(stored.map(subjectKey));
  const missing = wanted.filter((subject) => !known.has(subjectKey(subject)));
  return missing.length > 0 ? { subjects: [...stored, ...missing] } : {};
}

/** The rules of an aggregated role are the aggregation controller's. */
function completedSelectors({ aggregationRule }: ClusterRole, stored: ClusterRole): Partial<ClusterRole> {
  const selectors = stored.aggregationRule?.clusterRoleSelectors ?? [];
  const known = new Set(selectors.map((selector) => JSON.stringify(selector)));
  const missing = (aggregationRule?.clusterRoleSelectors ?? []).filter((selector) => !known.has(JSON.stringify(selector)));
  return missing.length > 0 ? { aggregationRule: { clusterRoleSelectors: [...selectors, ...missing] } } : {};
}

function refersElsewhere(wanted: RbacObject, stored: RbacObject): boolean {
  if (!('roleRef' in wanted) || !('roleRef' in stored)) return false;
  return wanted.roleRef.kind !== stored.roleRef.kind || wanted.roleRef.name !== stored.roleRef.name;
}
