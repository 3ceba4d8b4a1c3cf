import type { KindDefinition } from '@typernetes/api';
import { emptySet, fieldElement, formatGroupResource, setOf, type FieldSet } from '@typernetes/machinery';

/** What the status endpoints of some kinds keep beyond spec (upstream's GetResetFields), as paths. */
const keptByStatus: Readonly<Record<string, readonly string[]>> = {
  pods: ['metadata.deletionTimestamp', 'metadata.ownerReferences'],
  'deployments.apps': ['metadata.labels'],
};

const toSet = (paths: readonly string[]): FieldSet => setOf(paths.map((path) => path.split('.').map(fieldElement)));

const objectItself = toSet(['status']);
const subresources = new Map<string, FieldSet>();

/** Fields that writes to this endpoint do not change whatever they say, and of which nobody comes to own anything by it. */
export function ignoredFieldsOf(kind: KindDefinition, subresource: string): FieldSet {
  if (subresource !== 'status') return kind.statusStrategy ? objectItself : emptySet;
  const key = formatGroupResource(kind);
  const known = subresources.get(key) ?? toSet(['spec', ...(keptByStatus[key] ?? [])]);
  subresources.set(key, known);
  return known;
}
