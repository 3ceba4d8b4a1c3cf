/** Types for specs, in the words of schemas. */
import { deduced, type FieldType, type ListType, type MapType } from './field-type';

export const text: FieldType = { shape: 'leaf', expects: 'string' };
export const number: FieldType = { shape: 'leaf', expects: 'number' };
export const atomicList: FieldType = { shape: 'leaf', expects: 'list' };
export const atomicMap: FieldType = { shape: 'leaf', expects: 'map' };

export function struct(fields: Readonly<Record<string, FieldType>>, always: readonly string[] = []): MapType {
  return { shape: 'map', type: (name) => (Object.hasOwn(fields, name) ? fields[name] : undefined), isField: (name) => Object.hasOwn(fields, name), always: new Set(always) };
}

export const mapOf = (type: FieldType): MapType => ({ shape: 'map', type: () => type, isField: () => false, always: new Set() });
export const setOfScalars: ListType = { shape: 'list', items: text };
export const listBy = (items: FieldType, ...keys: { name: string; fallback?: unknown }[]): ListType => ({ shape: 'list', items, keys });

const port = struct({ port: number, protocol: text, note: text });
const container = struct({ name: text, image: text, args: atomicList, ports: listBy(port, { name: 'port' }, { name: 'protocol', fallback: 'TCP' }), env: mapOf(text), resources: struct({ limits: mapOf(text) }) }, ['resources']);

/** A kind with one of everything. */
export const thing = struct(
  {
    apiVersion: text,
    kind: text,
    metadata: struct({ name: text, uid: text, generation: number, labels: mapOf(text), annotations: mapOf(text), finalizers: setOfScalars, managedFields: atomicList, resourceVersion: text }),
    data: mapOf(text),
    spec: struct({
      replicas: number,
      selector: atomicMap,
      args: atomicList,
      zones: setOfScalars,
      containers: listBy(container, { name: 'name' }),
      template: struct({ labels: mapOf(text), note: text }),
      free: deduced,
    }),
    status: struct({ phase: text, conditions: listBy(struct({ type: text, status: text }), { name: 'type' }) }),
  },
  ['metadata', 'spec', 'status'],
);
