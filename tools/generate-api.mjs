/**
 * Makes `libs/api/src/generated` of the official JS client's models (Kubernetes 1.36): TypeScript interfaces in the
 * objects' JSON shape, and the schemas (properties, types, formats, requiredness, descriptions) as data: one JSON text
 * per definition, so that a process parses only what it serves; descriptions apart, since only documents need them.
 *
 * The models do not say which API group they are of (V1PodSpec). The group is found by reachability: each group's API
 * class names its kinds, and what only they use is theirs; core goes first, since others borrow from it.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const models = path.join(root, 'node_modules/@kubernetes/client-node/dist/gen/models');
const apis = path.join(root, 'node_modules/@kubernetes/client-node/dist/gen/apis');
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

const scalars = {
  Time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  MicroTime: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  IntOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
};

/** A model's property type (`Array<V1Container>`, `{ [key: string]: string; }`) as a schema node. */
function schemaOf(type, format) {
  const array = /^Array<(.*)>$/.exec(type);
  if (array) return { type: 'array', items: schemaOf(array[1], format) };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return { type: 'object', additionalProperties: schemaOf(map[1], format) };
  if (type === 'Date') return { $ref: scalars.Time };
  if (type === 'V1MicroTime') return { $ref: scalars.MicroTime };
  if (type === 'IntOrString') return { $ref: scalars.IntOrString };
  if (type === 'number') {
    return { type: format.startsWith('int') ? 'integer' : 'number', ...(format ? { format } : {}) };
  }
  if (type === 'string' || type === 'boolean') return { type, ...(format ? { format } : {}) };
  if (type === 'any' || type === 'object') return type === 'any' ? {} : { type: 'object' };
  return { model: type };
}

function typescriptOf(node) {
  if (node.model) return typeName(node.model);
  if (node.$ref) return node.$ref === scalars.IntOrString ? 'number | string' : 'string';
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

/** Kinds that all groups share; they live in apimachinery. */
const metaKinds = new Set(
  ('APIGroup APIGroupList APIResource APIResourceList APIVersions Condition DeleteOptions FieldSelectorRequirement GroupVersionForDiscovery GroupResource ' +
    'LabelSelector LabelSelectorRequirement ListMeta ManagedFieldsEntry ObjectMeta OwnerReference Preconditions ' +
    'ServerAddressByClientCIDR ShardInfo Status StatusCause StatusDetails WatchEvent').split(' '),
);

/** Kinds that another group's API class mentions before their own does. */
const homes = { V1Scale: 'autoscaling', V1Eviction: 'policy', V1TopologySelectorTerm: 'core' };

/** Packages whose name is not the first word of the API class. */
const packages = { FlowcontrolApiserver: 'flowcontrol', InternalApiserver: 'apiserverinternal', RbacAuthorization: 'rbac' };

/** `EventsV1EventSeries` -> group events, version v1, kind EventSeries; `V1Pod` has no group. */
function parseModel(model) {
  const [, group, version, kind] = /^([A-Z][a-z]+(?:[A-Z][a-z]+)*?)?(V\d+(?:(?:alpha|beta)\d+)?)([A-Z].*)$/.exec(model) ?? [];
  if (!kind) throw new Error(`cannot read the model name ${model}`);
  return { group: group?.toLowerCase(), version: version.toLowerCase(), kind };
}

function definitionName(group, { version, kind }) {
  if (group === 'meta') return `io.k8s.apimachinery.pkg.apis.meta.${version}.${kind}`;
  if (group === 'apiregistration') return `io.k8s.kube-aggregator.pkg.apis.apiregistration.${version}.${kind}`;
  if (group === 'apiextensions') return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}.${kind}`;
  return `io.k8s.api.${group}.${version}.${kind}`;
}

const loadedModels = new Map();
const types = [];
for (const file of readdirSync(models).filter((name) => name.endsWith('.d.ts')).sort()) {
  const model = file.replace('.d.ts', '');
  if (['all', 'ObjectSerializer', 'VersionInfo', 'V1MicroTime', 'IntOrString'].includes(model)) continue;
  const loaded = await import(pathToFileURL(path.join(models, `${model}.js`)));
  const attributes = loaded[model]?.attributeTypeMap;
  if (!attributes) continue;
  const { description, properties } = readDeclaration(file);
  const schema = { properties: {}, required: [] };
  const descriptions = { '': description };
  for (const { name, baseName, type, format } of attributes) {
    const declared = properties.get(name);
    if (!declared) throw new Error(`${file}: no declaration of ${name}`);
    schema.properties[baseName] = schemaOf(type, format);
    // The client has the type's own text where a property is an IntOrString.
    if (declared.description && type !== 'IntOrString') descriptions[baseName] = declared.description;
    if (!declared.optional) schema.required.push(baseName);
  }
  if (!schema.required.length) delete schema.required;
  loadedModels.set(model, { schema, descriptions });
  const fields = Object.entries(schema.properties).map(([key, node]) => {
    const mark = schema.required?.includes(key) ? '' : '?';
    return `${comment(descriptions[key], '  ')}  '${key}'${mark}: ${typescriptOf(node)};\n`;
  });
  types.push(`${comment(description, '')}export interface ${typeName(model)} {\n${fields.join('')}}\n`);
}

const groupOf = new Map();
function claim(model, group) {
  if (groupOf.has(model) || !loadedModels.has(model)) return;
  const parsed = parseModel(model);
  groupOf.set(model, metaKinds.has(parsed.kind) && parsed.version === 'v1' ? 'meta' : (parsed.group ?? homes[model] ?? group));
  for (const used of JSON.stringify(loadedModels.get(model).schema).matchAll(/"model":"(\w+)"/g)) claim(used[1], groupOf.get(model));
}

const apiClasses = readdirSync(apis).map((file) => /^(\w+?)(V\d\w*)Api\.d\.ts$/.exec(file)).filter(Boolean);
const core = apiClasses.filter(([, group]) => group === 'Core');
for (const [file, group] of [...core, ...apiClasses.filter((entry) => !core.includes(entry))]) {
  const mentioned = readFileSync(path.join(apis, file), 'utf8').matchAll(/\b(?:[A-Z][a-z]+)*V\d\w+\b/g);
  for (const [model] of mentioned) claim(model, packages[group] ?? group.toLowerCase());
}

const nameOf = (model) => definitionName(groupOf.get(model), parseModel(model));
const definitions = {};
const descriptions = {};
for (const [model, entry] of loadedModels) {
  if (metaKinds.has(model.slice(2)) && model.startsWith('V1')) claim(model, 'meta');
  // The client still has models of versions that are served no more.
  if (!groupOf.has(model)) continue;
  const text = JSON.stringify(entry.schema, (key, value) =>
    value && typeof value === 'object' && typeof value.model === 'string' && Object.keys(value).length === 1 ? { $ref: nameOf(value.model) } : value,
  );
  definitions[nameOf(model)] = text;
  descriptions[nameOf(model)] = JSON.stringify(entry.descriptions);
}

const table = (name, purpose, entries) =>
  `/** ${purpose} */\nexport const ${name}: Readonly<Record<string, string>> = ${JSON.stringify(entries, null, 1)};\n`;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, 'types.ts'), `${types.join('\n')}`);
writeFileSync(path.join(out, 'definitions.ts'), table('definitionTexts', 'Definition name to its schema as JSON text.', definitions));
writeFileSync(path.join(out, 'descriptions.ts'), table('descriptionTexts', 'Definition name to its descriptions (own: "", else by property) as JSON text.', descriptions));
