/**
 * Makes `libs/api/src/generated` of the official JS client's models (Kubernetes 1.36): TypeScript interfaces in the
 * objects' JSON shape, and the schemas (properties, types, formats, requiredness, descriptions) as data.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const models = path.join(root, 'node_modules/@kubernetes/client-node/dist/gen/models');
const out = path.join(root, 'libs/api/src/generated');

/** V1Pod -> Pod; other versions and the names that occur in two groups (CoreV1Event) keep theirs. */
const typeName = (model) => model.replace(/^V1(?=[A-Z])/, '');

/** Reads what the class does not know at run time: descriptions and which properties are optional. */
function readDeclaration(file) {
  const text = readFileSync(path.join(models, file), 'utf8');
  const description = clean(/\/\*\*\n((?:\* .*\n)+)\*\/\nexport declare class/.exec(text)?.[1] ?? '');
  const properties = new Map();
  for (const match of text.matchAll(/(?:\/\*\*\n((?:\s*\*(?!\/).*\n)+)\s*\*\/\n\s*)?'([^']+)'(\?)?: ([^;]+);/g)) {
    properties.set(match[2], { description: clean(match[1] ?? ''), optional: match[3] === '?' });
  }
  return { description, properties };
}

const clean = (comment) =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim()
    .replace(/\\(['"])/g, '$1');

/** A model's property type (`Array<V1Container>`, `{ [key: string]: string; }`) as a schema node. */
function schemaOf(type, format) {
  const array = /^Array<(.*)>$/.exec(type);
  if (array) return { type: 'array', items: schemaOf(array[1], format) };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return { type: 'object', additionalProperties: schemaOf(map[1], format) };
  if (type === 'Date') return { type: 'string', format: 'date-time' };
  if (type === 'V1MicroTime') return { type: 'string', format: 'date-time', microTime: true };
  if (type === 'IntOrString') return { type: 'string', format: 'int-or-string' };
  if (type === 'number') {
    return { type: format.startsWith('int') ? 'integer' : 'number', ...(format ? { format } : {}) };
  }
  if (type === 'string' || type === 'boolean') return { type, ...(format ? { format } : {}) };
  if (type === 'any' || type === 'object') return type === 'any' ? {} : { type: 'object' };
  return { $ref: typeName(type) };
}

function typescriptOf(node) {
  if (node.$ref) return node.$ref;
  if (node.format === 'int-or-string') return 'number | string';
  switch (node.type) {
    case 'array': {
      const item = typescriptOf(node.items);
      return /[ |]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    case 'object':
      return node.additionalProperties
        ? `Record<string, ${typescriptOf(node.additionalProperties)}>`
        : 'Record<string, unknown>';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
      return node.type;
    default:
      return 'unknown';
  }
}

const comment = (text, indent) =>
  text ? `${indent}/** ${text.replaceAll('*/', '* /').split('\n').join(`\n${indent} * `)} */\n` : '';

const schemas = {};
const types = [];
const files = readdirSync(models).filter((file) => file.endsWith('.d.ts') && !['all.d.ts', 'ObjectSerializer.d.ts'].includes(file)).sort();
for (const file of files) {
  const model = file.replace('.d.ts', '');
  const loaded = await import(pathToFileURL(path.join(models, `${model}.js`)));
  const attributes = loaded[model]?.attributeTypeMap;
  if (!attributes) continue;
  const { description, properties } = readDeclaration(file);
  const schema = { description, properties: {}, required: [] };
  for (const { name, baseName, type, format } of attributes) {
    const declared = properties.get(name);
    if (!declared) throw new Error(`${file}: no declaration of ${name}`);
    schema.properties[baseName] = { ...schemaOf(type, format), ...(declared.description ? { description: declared.description } : {}) };
    if (!declared.optional) schema.required.push(baseName);
  }
  if (!schema.required.length) delete schema.required;
  schemas[typeName(model)] = schema;
  // ObjectMeta & co. are the machinery's, which does not know this lib.
  const fields = Object.entries(schema.properties).map(([key, node]) => {
    const mark = schema.required?.includes(key) ? '' : '?';
    return `${comment(node.description, '  ')}  '${key}'${mark}: ${typescriptOf(node)};\n`;
  });
  types.push(`${comment(description, '')}export interface ${typeName(model)} {\n${fields.join('')}}\n`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, 'types.ts'), `${types.join('\n')}`);
writeFileSync(path.join(out, 'schemas.json'), JSON.stringify(schemas));
