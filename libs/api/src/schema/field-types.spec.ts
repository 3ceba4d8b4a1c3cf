import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compareObjects, fieldsOf, formatPath, pathsOf, typeErrors, type FieldType } from '@typernetes/machinery';
import { alwaysFieldsOf } from './always-fields';
import { definitionOf } from './definitions';
import { customFieldType, fieldTypeOf } from './field-types';

const typeOf = (definition: string): FieldType => {
  const type = fieldTypeOf(definition);
  if (!type) throw new Error(`there is no ${definition}`);
  return type;
};

const pathTexts = (config: object, type: FieldType): string[] => [...pathsOf(fieldsOf(config, type))].map(formatPath);

describe('built-in kinds', () => {
  const pod = typeOf('io.k8s.api.core.v1.Pod');
  const ofContainer = (container: object): object => ({ spec: { containers: [{ name: 'c', ...container }] } });
  const rows: [name: string, config: object, fields: string[]][] = [
    ['ports have TCP where they do not say', ofContainer({ ports: [{ containerPort: 80 }] }), ['[name="c"]', '[name="c"].name', '[name="c"].ports[containerPort=80,protocol="TCP"]', '[name="c"].ports[containerPort=80,protocol="TCP"].containerPort'].map((it) => `.spec.containers${it}`)],
    ['arguments are one value', ofContainer({ args: ['a', 'b'] }), ['[name="c"]', '[name="c"].name', '[name="c"].args'].map((it) => `.spec.containers${it}`)],
    ['quantities are single values', { spec: { overhead: { cpu: '1' } } }, ['.spec.overhead.cpu']],
    ['node selectors are one value', { spec: { nodeSelector: { a: 'b' } } }, ['.spec.nodeSelector']],
    ['finalizers are a set', { metadata: { finalizers: ['a/b'] } }, ['.metadata.finalizers[="a/b"]']],
    ['owners are single values, by uid', { metadata: { ownerReferences: [{ uid: 'u', name: 'n' }] } }, ['.metadata.ownerReferences[uid="u"]']],
  ];
  it.each(rows)('%s', (_, config, fields) => {
    expect(pathTexts(config, pod)).toEqual(fields);
  });

  it('say what does not fit', () => {
    expect(typeErrors(ofContainer({ ports: 1, stdin: 'x', nope: 1 }), pod)).toEqual([
      '.spec.containers[name="c"].ports: expected list, got &{1}',
      '.spec.containers[name="c"].stdin: expected boolean, got string',
      '.spec.containers[name="c"].nope: field not declared in schema',
    ]);
    expect(typeErrors(ofContainer({ livenessProbe: { httpGet: { port: 'http' } }, resources: { limits: { cpu: 1 } } }), pod)).toEqual([]);
  });

  it('have structs that nobody comes to own by filling them', () => {
    const { added } = compareObjects({}, { spec: { template: { spec: { containers: [] } } } }, typeOf('io.k8s.api.apps.v1.Deployment'));
    expect([...pathsOf(added)]).toEqual([]);
  });

  it('merge references where the field says so', () => {
    expect(pathTexts({ spec: { claimRef: { name: 'a' } } }, typeOf('io.k8s.api.core.v1.PersistentVolume'))).toEqual(['.spec.claimRef.name']);
    expect(pathTexts({ involvedObject: { name: 'a' } }, typeOf('io.k8s.api.core.v1.Event'))).toEqual(['.involvedObject']);
  });
});

describe('custom kinds', () => {
  it('have metadata, and the rest by their values, without a schema', () => {
    const type = customFieldType();
    expect(pathTexts({ metadata: { labels: { a: 'b' } }, spec: { list: [{ a: 1 }], map: { b: { c: 1 } } } }, type)).toEqual(['.metadata.labels.a', '.spec', '.spec.list', '.spec.map', '.spec.map.b', '.spec.map.b.c']);
    expect(typeErrors({ apiVersion: 1, metadata: { foo: 1 } }, type)).toEqual(['.apiVersion: expected string, got &{1}', '.metadata.foo: field not declared in schema']);
  });

  it('merge as their schema says', () => {
    const type = customFieldType({
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            byKey: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name', 'port'], items: { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer', default: 80 } as object } } },
            set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
            list: { type: 'array', items: { type: 'string' } },
            atomic: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
            free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as object,
            either: { 'x-kubernetes-int-or-string': true } as object,
          },
        },
      },
    });
    const spec = { byKey: [{ name: 'a' }], set: ['x'], list: ['y'], atomic: { b: 'c' }, free: { d: { e: 1 } }, either: 1 };
    expect(pathTexts({ spec }, type)).toEqual(
      ['.byKey[name="a",port=80]', '.byKey[name="a",port=80].name', '.set[="x"]', '.list', '.atomic', '.free.d', '.free.d.e', '.either'].map((it) => `.spec${it}`),
    );
    expect(typeErrors({ spec: { other: 1 } }, type)).toEqual(['.spec.other: field not declared in schema']);
  });
});

/** Beside the checkout and no part of the project; where it is not, there is nothing to compare with. */
const reference = path.resolve(__dirname, '../../../../../shared/reference/kubernetes-1.36/openapi-v3');

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  default?: unknown;
  properties?: Record<string, Schema>;
}

const isThere = existsSync(reference);

describe('upstream’s structs by value', () => {
  if (!isThere) {
    it('are not compared with the reference, which is not here', () => expect(isThere).toBe(false));
    return;
  }
  const schemas = new Map<string, Schema>();
  for (const file of readdirSync(reference)) {
    const { components } = JSON.parse(readFileSync(path.join(reference, file), 'utf8')) as { components?: { schemas?: Record<string, Schema> } };
    for (const [name, schema] of Object.entries(components?.schemas ?? {})) schemas.set(name, schema);
  }
  const isByValue = ({ default: value }: Schema): boolean => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
  const served = [...schemas].filter(([name]) => definitionOf(name)?.properties && /^io\.k8s\.api\.[a-z]+\.v1\./.test(name) && !name.includes('authentication'));

  it('are the table’s', () => {
    const missing = served.flatMap(([name, { properties = {} }]) => {
      const always = alwaysFieldsOf(name);
      return Object.entries(properties).flatMap(([property, schema]) => (isByValue(schema) && !always.includes(property) ? [`${name} ${property}`] : []));
    });
    expect(missing.filter((it) => it !== 'io.k8s.api.core.v1.Binding target')).toEqual([]);
  });

  it('are no others', () => {
    const extra = served.flatMap(([name, { properties = {} }]) =>
      ['metadata', 'spec', 'status'].flatMap((property) => {
        const schema = properties[property];
        const isReference = schema?.$ref !== undefined || schema?.allOf !== undefined;
        return schema && isReference && !isByValue(schema) ? [`${name} ${property}`] : [];
      }),
    );
    expect(extra).toEqual([]);
  });
});
