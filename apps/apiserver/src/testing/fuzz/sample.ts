import { definitionOf, type SchemaNode } from '@typernetes/api';
import type { Random } from '@typernetes/machinery';
import { pick } from './damage';

/** Values that the fields of these names might well have. */
const byName: Readonly<Record<string, readonly unknown[]>> = {
  apiGroup: ['', 'apps', 'rbac.authorization.k8s.io'], apiGroups: [['']], apiVersion: ['v1', 'apps/v1'], image: ['i'], ip: ['10.0.0.1', '::1'], kind: ['Pod', 'Role', 'ServiceAccount'], key: ['a', 'a/b'], labels: [{ a: 'b' }],
  level: ['s0:c1'], matchLabels: [{ a: 'b' }], name: ['a', 'fuzzed', 'c'], namespace: ['default'], operator: ['In', 'Exists', 'Equal'], path: ['/x', 'x'], port: [80, 'http'], protocol: ['TCP', 'UDP'], resources: [['pods']],
  schedule: ['* * * * *', '@hourly'], scope: ['*', 'Cluster', 'Namespaced'], selector: [{ a: 'b' }, { matchLabels: { a: 'b' } }], type: ['Opaque', 'RollingUpdate', 'ClusterIP', 'Recreate'], verbs: [['get', '*']], cidr: ['10.0.0.0/8'],
};

const words = ['a', 'b', 'fuzzed', 'x-y', '10Mi', '100m', '1', 'Always', 'Never', 'None', 'true', '50%'];

/**
 * A value of the schema, about as deep as `depth`: of the right types mostly, with no respect for other rules. Pure but
 * for what it takes from `random`.
 */
export function sample(random: Random, node: SchemaNode, depth: number, field = ''): unknown {
  const likely = byName[field];
  if (likely && random.next() < 0.7) return pick(random, likely);
  if (node.$ref !== undefined) return sampleOf(random, node.$ref, depth, field);
  if (node.type === 'array') {
    const length = depth <= 0 ? 0 : 1 + Math.floor(random.next() * 2);
    return Array.from({ length }, () => sample(random, node.items ?? {}, depth - 1));
  }
  if (node.additionalProperties) return depth <= 0 ? {} : { a: sample(random, node.additionalProperties, depth - 1) };
  if (node.type === 'boolean') return random.next() < 0.5;
  if (node.type === 'integer' || node.type === 'number') return pick(random, [0, 1, 2, 5, 80, -1, 2 ** 31]);
  if (node.format === 'int-or-string') return pick(random, [1, 80, 'http', '25%']);
  if (node.format === 'byte') return pick(random, ['AA==', 'YWJj', '!']);
  if (node.format === 'date-time') return pick(random, ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000001Z', 'x']);
  return pick(random, words);
}

/** An object of the definition, see `sample`. */
export function sampleOf(random: Random, definition: string, depth: number, field = ''): unknown {
  const node = definitionOf(definition);
  if (!node?.properties) return sample(random, node ?? {}, depth, field);
  const required = new Set(node.required ?? []);
  const kept = Object.entries(node.properties).filter(([name]) => name !== 'status' && (required.has(name) || (depth > 0 && random.next() < 0.4)));
  return Object.fromEntries(kept.map(([name, inner]) => [name, sample(random, inner, depth - 1, name)]));
}
