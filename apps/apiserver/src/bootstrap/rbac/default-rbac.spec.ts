import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyRule } from '@typernetes/api';
import { parse } from 'yaml';
import { controllerRoles } from './controller-roles';
import { defaultRbac, upstreamRbac } from './default-rbac';

const reference = join(__dirname, '../../../../../../shared/reference/kubernetes-1.36/rbac');
const isThere = existsSync(reference);

interface Comparable {
  readonly kind?: string | undefined;
  readonly metadata?: { name?: string; namespace?: string };
  readonly rules?: PolicyRule[] | null;
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
};

/** By kind, namespace and name, without regard to order; the reference names one role twice: its rules add up. */
function normalise(objects: readonly Comparable[]): Record<string, unknown> {
  const byName: Record<string, Comparable> = {};
  for (const object of objects) {
    const key = `${object.kind} ${object.metadata?.namespace ?? ''}/${object.metadata?.name}`;
    const before = byName[key];
    byName[key] = { ...object, ...(object.rules || before?.rules ? { rules: [...(before?.rules ?? []), ...(object.rules ?? [])] } : { rules: null }) };
  }
  return sorted(byName) as Record<string, unknown>;
}

describe('default RBAC', () => {
  const all = [...upstreamRbac.clusterRoles, ...upstreamRbac.clusterRoleBindings, ...upstreamRbac.roles, ...upstreamRbac.roleBindings];

  it(`is upstream's${isThere ? '' : ' (reference not here: only names compared)'}`, () => {
    const files = ['cluster-roles', 'cluster-role-bindings', 'controller-roles', 'controller-role-bindings', 'namespace-roles', 'namespace-role-bindings'];
    const expected = isThere ? files.flatMap((file) => (parse(readFileSync(join(reference, `${file}.yaml`), 'utf8')) as { items: Comparable[] }).items) : all;
    expect(normalise(all)).toEqual(normalise(expected));
  });

  it('has no name twice', () => {
    const names = [...all, ...defaultRbac.clusterRoleBindings.slice(upstreamRbac.clusterRoleBindings.length)].map(
      ({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`,
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('binds only roles that exist', () => {
    const known = new Set(defaultRbac.clusterRoles.map(({ metadata }) => metadata?.name));
    for (const { roleRef } of defaultRbac.clusterRoleBindings) expect(known).toContain(roleRef.name);
    expect(controllerRoles.length).toBeGreaterThan(30);
  });
});
