import { customFieldType, fieldTypeOf, type KindDefinition, type Registry } from '@typernetes/api';
import { parseApiVersion, type FieldType, type KubernetesObject, type TypedPair } from '@typernetes/machinery';

const withoutSchema = customFieldType();

/** How objects of a kind merge. */
export const objectTypeOf = (kind: KindDefinition): FieldType => kind.fieldType ?? fieldTypeOf(kind.definition) ?? withoutSchema;

/**
 * Two versions of an object as another version of the API shows them, for managers who wrote that one. Undefined when it
 * is not served (any more): its entries are dropped, as upstream does.
 */
export function convertPair({ registry, kind }: { registry: Registry; kind: KindDefinition }, apiVersion: string, pair: Omit<TypedPair, 'type'>): TypedPair | undefined {
  const target = registry.lookupKind({ ...parseApiVersion(apiVersion), kind: kind.kind });
  if (!target || target.storagePath !== kind.storagePath) return undefined;
  const convert = (object: object): object => {
    if (Object.keys(object).length === 0) return object;
    const stored = kind.storedAs ? kind.storedAs.toStored(object as KubernetesObject) : (object as KubernetesObject);
    return target.storedAs ? (target.storedAs.translate ?? target.storedAs.fromStored)(stored) : stored;
  };
  return { before: convert(pair.before), after: convert(pair.after), type: objectTypeOf(target) };
}
