import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createRegistry } from '@typernetes/api';
import { openApiV2, openApiV3 } from './documents';
import { schemasOf } from './schemas';

/**
 * Our documents against those of upstream's v1.36. The reference lies beside the checkout and is no part of the project;
 * where it is not, there is nothing to compare with, and the test says so.
 */
const reference = path.resolve(__dirname, '../../../../../shared/reference/kubernetes-1.36');
const isThere = existsSync(reference);

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const readJson = (file: string): Json => JSON.parse(readFileSync(path.join(reference, file), 'utf8')) as Json;

/** What we leave out on purpose; docs/api.md has the reasons. */
const omittedParameters = new Set(['shardSelector', 'ignoreStoreReadErrorWithClusterBreakingPotential']);
const isOmittedType = (type: string): boolean => type.includes('cbor');

/** Texts are ours, and order means nothing where names do. */
function bare(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.filter((item) => !(typeof item === 'string' && isOmittedType(item))).map((item) => bare(item));
    return ['required', 'consumes', 'produces', 'x-kubernetes-group-version-kind', 'parameters', 'oneOf'].includes(key)
      ? items.map((item) => JSON.stringify(item)).sort()
      : items;
  }
  if (!isObject(value)) return value;
  const wrapped = Object.keys(value).every((name) => name === 'allOf' || name === 'description') && Array.isArray(value['allOf']) ? value['allOf'][0] : undefined;
  if (wrapped) return bare(wrapped);
  const entries = Object.entries(value)
    .filter(([name, inner]) => name !== 'description' || isObject(inner))
    .filter(([name]) => !isOmittedType(name))
    .map(([name, inner]): [string, unknown] => [name, bare(inner, name)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

/** OpenAPI v2 keeps common parameters apart. */
function withParameters(item: Json, shared: Json): Json {
  const resolve = (list: unknown): Json[] =>
    ((list ?? []) as Json[])
      .map((parameter) => (typeof parameter['$ref'] === 'string' ? (shared[parameter['$ref'].slice('#/parameters/'.length)] as Json) : parameter))
      .filter(({ name }) => !omittedParameters.has(String(name)));
  const inner = (it: Json): Json => (it['parameters'] ? { ...it, parameters: resolve(it['parameters']) } : it);
  return inner(Object.fromEntries(Object.entries(item).map(([key, value]) => [key, isObject(value) ? inner(value) : value])));
}

const pathsOf = (document: Json): Json => document['paths'] as Json;
const registry = createRegistry(() => true);
const resources = new Map([...registry].map((kind) => [`${kind.group}/${kind.version}/${kind.resource}`, kind]));

/** Paths of the reference that belong to kinds that we have. */
function expectedPaths(paths: Json): string[] {
  return Object.keys(paths).filter((at) => {
    const parts = at.split('/').filter((part) => part !== 'watch');
    const [group = '', version = ''] = parts[1] === 'api' ? ['', parts[2]] : [parts[2], parts[3]];
    const rest = parts.slice(parts[1] === 'api' ? 3 : 4);
    const [first = '', second = '', third = ''] = rest;
    const resource = first === 'namespaces' && second === '{namespace}' ? third : first;
    return resources.has(`${group}/${version}/${resource}`);
  });
}

/** Subresources that are not built; docs/api.md names them. */
const isOmittedPath = (at: string): boolean => {
  const subresource = /\{name\}\/(\w+)/.exec(at)?.[1];
  return subresource === 'proxy' && ![...registry].some((kind) => at.includes(`/${kind.resource}/`) && kind.subresources.some(({ name }) => name === 'proxy'));
};

function comparePaths(own: Json, expected: Json, shared: Json): void {
  const wanted = expectedPaths(expected).filter((at) => !isOmittedPath(at));
  expect(wanted.filter((at) => !(at in own))).toEqual([]);
  for (const at of wanted) expect({ at, item: bare(own[at]) }).toEqual({ at, item: bare(withParameters(expected[at] as Json, shared)) });
}

const kindKey = 'x-kubernetes-group-version-kind';
const withoutKind = (schema: unknown): Json => ({ ...(schema as Json), [kindKey]: undefined });

/** Of kinds that are off by default, or that have schemas of their own where they are served. */
const poorDefinitions = /\.apiextensions\./;

/** `Pod.spec.default: "x", expected "y"`, one line for each difference. */
function differences(own: unknown, expected: unknown, at: string): string[] {
  if (!isObject(own) || !isObject(expected)) {
    const [left, right] = [JSON.stringify(own), JSON.stringify(expected)];
    return left === right ? [] : [`${at}: ${left}, expected ${right}`];
  }
  return [...new Set([...Object.keys(own), ...Object.keys(expected)])].flatMap((key) => differences(own[key], expected[key], `${at}.${key}`));
}

function compareSchemas(own: Json, expected: Json): void {
  const found = Object.entries(own).flatMap(([name, schema]) => {
    if (!expected[name]) return [];
    // Which group versions share these depends on which are built; some are only referred to, by kinds that are built.
    const isShared = /(DeleteOptions|WatchEvent)$/.test(name) || !(kindKey in (schema as Json));
    const strip = isShared ? withoutKind : (it: unknown): unknown => it;
    return differences(bare(strip(schema)), bare(strip(expected[name])), name);
  });
  expect(found).toEqual([]);
}

if (isThere) {
  it('knows every definition of the reference as it is', () => {
    const files = readdirSync(path.join(reference, 'openapi-v3')).filter((name) => name.includes('__v'));
    const found = files.flatMap((file) => {
      const expected = ((readJson(`openapi-v3/${file}`)['components'] as Json)['schemas'] ?? {}) as Json;
      const names = Object.keys(expected).filter((name) => !poorDefinitions.test(name));
      const own = schemasOf([], names, { refPrefix: '#/components/schemas/', version: 3 });
      return names.flatMap((name) => differences(bare(withoutKind(own[name])), bare(withoutKind(expected[name])), name));
    });
    expect(found).toEqual([]);
  });

  const groupVersions = registry.groupVersions().map(({ group, version }) => [group ? `apis__${group}__${version}` : `api__${version}`, group, version] as const);

  describe.each(groupVersions)('OpenAPI v3 of %s', (file, group, version) => {
    const expected = readJson(`openapi-v3/${file}_openapi.json`);
    const own = openApiV3(registry, group, version) ?? {};
    const schemas = (document: Json): Json => (document['components'] as Json)['schemas'] as Json;

    it('has the paths of the reference', () => comparePaths(pathsOf(own), pathsOf(expected), {}));
    it('has the schemas of the reference', () => compareSchemas(schemas(own), schemas(expected)));
  });

  describe('OpenAPI v2', () => {
    const expected = readJson('swagger.json');
    const own = openApiV2(registry);

    it('has the paths of the reference', () => comparePaths(pathsOf(own), pathsOf(expected), expected['parameters'] as Json));
    it('has the schemas of the reference', () => compareSchemas(own['definitions'] as Json, expected['definitions'] as Json));
  });
} else {
  it('is not compared with the reference, which is not here', () => expect(isThere).toBe(false));
}
