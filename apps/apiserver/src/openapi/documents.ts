import { createHash } from 'node:crypto';
import type { KindDefinition, Registry } from '@typernetes/api';
import { operationDefinitions, pathsOf, type Operation, type PathItem } from './paths';
import { schemasOf } from './schemas';

type Json = Record<string, unknown>;

const integers = new Set(['gracePeriodSeconds', 'limit', 'timeoutSeconds']);
const booleans = new Set(['allowWatchBookmarks', 'force', 'orphanDependents', 'sendInitialEvents', 'watch']);
const typeOf = (name: string): string => (integers.has(name) ? 'integer' : booleans.has(name) ? 'boolean' : 'string');

const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'];
const info = { title: 'Kubernetes', version: 'v1.36.0' };

const common = ({ operationId, description, action, kind }: Operation): Json => ({
  description,
  operationId,
  'x-kubernetes-action': action,
  'x-kubernetes-group-version-kind': kind,
});

function operationV3(operation: Operation): Json {
  const ref = (definition: string): Json => ({ schema: { $ref: `#/components/schemas/${definition}` } });
  const { body } = operation;
  return {
    ...common(operation),
    parameters: operation.query.map((name) => ({ name, in: 'query', schema: { type: typeOf(name), uniqueItems: true } })),
    ...(body ? { requestBody: { content: Object.fromEntries((operation.patches ? patchTypes : ['*/*']).map((type) => [type, ref(body)])) } } : {}),
    responses: { '200': { description: 'OK', content: { 'application/json': ref(operation.answer) } }, '401': { description: 'Unauthorized' } },
  };
}

function operationV2(operation: Operation): Json {
  const ref = (definition: string): Json => ({ $ref: `#/definitions/${definition}` });
  return {
    ...common(operation),
    consumes: operation.patches ? patchTypes : ['*/*'],
    produces: ['application/json', 'application/yaml'],
    schemes: ['https'],
    parameters: [
      ...(operation.body ? [{ name: 'body', in: 'body', required: operation.method !== 'delete', schema: ref(operation.body) }] : []),
      ...operation.query.map((name) => ({ name, in: 'query', type: typeOf(name), uniqueItems: true })),
    ],
    responses: { '200': { description: 'OK', schema: ref(operation.answer) }, '401': { description: 'Unauthorized' } },
  };
}

function pathItems(kinds: readonly KindDefinition[], version: 2 | 3): Json {
  const parameter = (name: string): Json => ({
    name,
    in: 'path',
    required: true,
    ...(version === 3 ? { schema: { type: 'string', uniqueItems: true } } : { type: 'string', uniqueItems: true }),
  });
  const toItem = ({ path, parameters, operations }: PathItem): [string, Json] => [
    path,
    {
      ...Object.fromEntries(operations.map((operation) => [operation.method, version === 3 ? operationV3(operation) : operationV2(operation)])),
      ...(parameters.length > 0 ? { parameters: parameters.map(parameter) } : {}),
    },
  ];
  return Object.fromEntries(kinds.flatMap((kind) => pathsOf(kind).map(toItem)));
}

/** `/openapi/v3/apis/<group>/<version>`. */
export function openApiV3(registry: Registry, group: string, version: string): Json | undefined {
  const kinds = registry.kindsOf(group, version);
  if (kinds.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info,
    paths: pathItems(kinds, 3),
    components: { schemas: schemasOf(kinds, operationDefinitions, { refPrefix: '#/components/schemas/', wrapsReferences: true }) },
  };
}

/** `/openapi/v2`: everything in one. */
export function openApiV2(registry: Registry): Json {
  const kinds = [...registry];
  return { swagger: '2.0', info, paths: pathItems(kinds, 2), definitions: schemasOf(kinds, operationDefinitions, { refPrefix: '#/definitions/', wrapsReferences: false }) };
}

/** An encoded document and its entity tag. */
export interface EncodedDocument {
  readonly bytes: Buffer;
  readonly etag: string;
}

function encode(document: unknown): EncodedDocument {
  const bytes = Buffer.from(JSON.stringify(document));
  return { bytes, etag: createHash('sha256').update(bytes).digest('hex').toUpperCase() };
}

/** Makes documents when they are first asked for, and anew when kinds have come or gone. */
export class OpenApiDocuments {
  private readonly made = new Map<string, EncodedDocument>();
  private madeAt = -1;

  constructor(private readonly registry: Registry) {}

  /** The document at a path below `/openapi/`; undefined when there is none. */
  at(path: string): EncodedDocument | undefined {
    if (this.madeAt !== this.registry.revision) this.made.clear();
    this.madeAt = this.registry.revision;
    const known = this.made.get(path);
    if (known) return known;
    const document = this.make(path);
    if (document === undefined) return undefined;
    const encoded = encode(document);
    this.made.set(path, encoded);
    return encoded;
  }

  private make(path: string): unknown {
    if (path === 'v2') return openApiV2(this.registry);
    if (path === 'v3') return this.index();
    const [, root, ...rest] = path.split('/');
    if (root === 'api' && rest.length === 1) return openApiV3(this.registry, '', rest[0] ?? '');
    if (root === 'apis' && rest.length === 2) return openApiV3(this.registry, rest[0] ?? '', rest[1] ?? '');
    return undefined;
  }

  /** `/openapi/v3`: the documents by group and version. The hash is of what they are made of, so that none is made here. */
  private index(): unknown {
    const entries = this.registry.groupVersions().map(({ group, version }) => {
      const path = group ? `apis/${group}/${version}` : `api/${version}`;
      const hash = createHash('sha256').update(JSON.stringify(this.registry.kindsOf(group, version).map((kind) => [info.version, kind]))).digest('hex').toUpperCase();
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
    });
    return { paths: Object.fromEntries(entries) as Json };
  }
}
