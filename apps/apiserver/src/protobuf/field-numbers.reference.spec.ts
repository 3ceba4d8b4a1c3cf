import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createRegistry, definitionOf, type SchemaNode } from '@typernetes/api';
import { wireFieldsOf, wireRows, type WireFields } from './field-numbers';

/** The reference lies beside the checkout and is no part of the project. */
const file = path.resolve(__dirname, '../../../../../shared/reference/kubernetes-1.36/protobuf-fields.json');
const isThere = existsSync(file);

type ReferenceField = [number: number, name: string, label: string, type: string];

function definitionOfRow(name: string): string {
  if (name.startsWith('meta.')) return `io.k8s.apimachinery.pkg.apis.${name}`;
  return name.startsWith('apiregistration.') ? `io.k8s.kube-aggregator.pkg.apis.${name}` : `io.k8s.api.${name}`;
}

/** The reference's word for what a schema node is on the wire; several where JSON does not tell. */
function wireTypes(node: SchemaNode): string[] {
  if (node.items) return wireTypes(node.items);
  if (node.additionalProperties) return wireTypes(node.additionalProperties).map((type) => `map<string, ${type}>`);
  if (node.$ref) return [node.$ref.split('.').pop() ?? ''];
  if (node.type === 'integer') return ['int32', 'int64', 'uint32'];
  if (node.type === 'number') return ['double'];
  if (node.type === 'boolean') return ['bool'];
  if (node.format === 'byte') return ['bytes'];
  return ['string'];
}

if (isThere) {
  const reference = JSON.parse(readFileSync(file, 'utf8')) as Record<string, ReferenceField[]>;
  const known = (name: string): ReferenceField[] => reference[definitionOfRow(name).replace(/^io\.k8s\./, 'k8s.io.').replace('kube-aggregator', 'kube_aggregator')] ?? [];

  test.each(Object.keys(wireRows))('%s', (name) => {
    const fields = wireFieldsOf(definitionOfRow(name)) ?? new Map();
    const inlined = (number: number): boolean => fields.get(number)?.inline !== undefined;
    const expected = known(name).map(([number, field]): [number, string] => [number, inlined(number) ? '' : field.toLowerCase()]);
    expect([...fields].map(([number, field]): [number, string] => [number, field.name.toLowerCase()])).toEqual(expected.sort(([a], [b]) => a - b));
  });

  test('fields have on the wire the types that JSON suggests', () => {
    const wrong: string[] = [];
    for (const name of Object.keys(wireRows)) {
      const { properties = {} } = definitionOf(definitionOfRow(name)) ?? {};
      for (const [number, field, , type] of known(name)) {
        const node = properties[wireFieldsOf(definitionOfRow(name))?.get(number)?.name ?? ''];
        if (!node) continue;
        const short = String(type).replace(/(^|[< ,])\.?[\w.]*\.(\w+)/g, '$1$2');
        // ExtraValue is a list of strings that is a message where it is the value of a map.
        if (!wireTypes(node).includes(short.replace('ExtraValue', 'string'))) wrong.push(`${name}.${field}: ${short}, here ${wireTypes(node).join(' or ')}`);
      }
    }
    expect(wrong).toEqual([]);
  });
} else {
  test('is not compared with the reference, which is not here', () => expect(isThere).toBe(false));
}

test('every field of every kind that has a row is on the wire', () => {
  const missing: string[] = [];
  const seen = new Set<string>();
  const namesOf = (fields: WireFields): string[] => [...fields.values()].flatMap(({ name, inline }) => (inline ? namesOf(inline) : [name]));
  const visit = (definition: string): void => {
    const fields = wireFieldsOf(definition);
    if (seen.has(definition) || !fields) return;
    seen.add(definition);
    const names = new Set([...namesOf(fields), 'kind', 'apiVersion']);
    for (const [property, node] of Object.entries(definitionOf(definition)?.properties ?? {})) {
      if (!names.has(property)) missing.push(`${definition}.${property}`);
      const inner = node.$ref ?? node.items?.$ref ?? node.additionalProperties?.$ref;
      if (inner) visit(inner);
    }
  };
  for (const { definition } of createRegistry(() => true)) visit(definition);
  expect(missing).toEqual([]);
  expect(seen.size).toBeGreaterThan(150);
});
