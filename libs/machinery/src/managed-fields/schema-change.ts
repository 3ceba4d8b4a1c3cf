/**
 * Entries from before a type became atomic (a CustomResourceDefinition was edited): who owned something in the value owns
 * the value. The way back is not taken: an owner of the bare value cannot be told from one who wrote it empty.
 */
import { isEmptySet, leaf, self, type FieldSet, type FieldSetBuilder } from './field-set';
import type { FieldType } from './field-type';
import type { Owner } from './managers';
import { childType } from './object-fields';

/** Owners as they are under today's type. */
export function reconcileOwners(owners: readonly Owner[], type: FieldType): readonly Owner[] {
  return owners.map((owner) => {
    const fields = reconcile(owner.fields, type);
    return fields === owner.fields ? owner : { ...owner, fields };
  });
}

/** Gives `set` itself when it fits the type. */
function reconcile(set: FieldSet, type: FieldType): FieldSet {
  let result: FieldSetBuilder | undefined;
  for (const element in set) {
    const child = element === self ? undefined : childType(type, element);
    if (!child) continue;
    const node = set[element] as FieldSet;
    const next = child.shape === 'leaf' ? (isEmptySet(node) ? node : leaf) : reconcile(node, child);
    if (next !== node) (result ??= { ...set })[element] = next;
  }
  return result ?? set;
}
