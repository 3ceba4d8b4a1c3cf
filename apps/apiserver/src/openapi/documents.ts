import { createHash } from 'node:crypto';
import type { KindDefinition, Registry } from '@typernetes/api';
import type { Aggregator } from '../aggregation/aggregator';
import { isDocumented } from './custom-schemas';
import { documentPath, pathItem, type OpenApiVersion } from './operations';
import { groupId, operationDefinitions, pathsOf, tagOf, type PathItem } from './paths';
import { schemasOf } from './schemas';
import { encodeOpenApiV2 } from './v2-protobuf';

type Json = Record<string, unknown>;

const info = { title: 'Kubernetes', version: 'v1.36.0' };

const security = {
  BearerToken: { description: 'Bearer Token authentication', in: 'header', name: 'authorization', type: 'apiKey' },
};

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const versionInfo = 'io.k8s.apimachinery.pkg.version.Info';

const coreVersions = documentPath('/api/', { operationId: 'getCoreAPIVersions', tag: 'core', answer: `${meta}APIVersions` });
const groupList = documentPath('/apis/', { operationId: 'getAPIVersions', tag: 'apis', answer: `${meta}APIGroupList` });
const version = documentPath('/version/', { operationId: 'getCodeVersion', tag: 'version', answer: versionInfo });

const groupDocument = (group: string): PathItem =>
  documentPath(`/apis/${group}/`, { operationId: `get${groupId(group, '')}APIGroup`, tag: tagOf(group), answer: `${meta}APIGroup` });

const resourcesDocument = (group: string, ofVersion: string): PathItem =>
  documentPath(group ? `/apis/${group}/${ofVersion}/` : `/api/${ofVersion}/`, {
    operationId: `get${groupId(group, ofVersion)}APIResources`,
    tag: tagOf(group, ofVersion),
    answer: `${meta}APIResourceList`,
  });

const write = (items: readonly PathItem[], openApi: OpenApiVersion): Json => Object.fromEntries(items.map((item) => [item.path, pathItem(item, openApi)]));

function documentV3(items: readonly PathItem[], kinds: readonly KindDefinition[], extra: readonly string[]): Json {
  return {
    openapi: '3.0.0',
    info,
    paths: write(items, 3),
    components: { schemas: schemasOf(kinds, extra, { refPrefix: '#/components/schemas/', version: 3 }), securitySchemes: security },
  };
}


/** `/openapi/v3/apis/<group>/<version>`. */
export function openApiV3(registry: Registry, group: string, ofVersion: string): Json | undefined {
  const kinds = registry.kindsOf(group, ofVersion).filter(isDocumented);
  if (kinds.length === 0) return undefined;
  return documentV3([resourcesDocument(group, ofVersion), ...kinds.flatMap(pathsOf)], kinds, operationDefinitions);
}

/** `/openapi/v3/<path>` of a path that is a document itself. */
function openApiV3OfDocument(registry: Registry, path: string): Json | undefined {
  const one = (item: PathItem, answer: string): Json => documentV3([item], [], [answer]);
  if (path === 'api') return one(coreVersions, `${meta}APIVersions`);
  if (path === 'apis') return one(groupList, `${meta}APIGroupList`);
  if (path === 'version') return one(version, versionInfo);
  const group = /^apis\/([^/]+)$/.exec(path)?.[1];
  return group && registry.groups().some((it) => it.group === group) ? one(groupDocument(group), `${meta}APIGroup`) : undefined;
}

/** `/openapi/v2`: everything in one. */
export function openApiV2(registry: Registry): Json {
  const kinds = [...registry].filter(isDocumented);
  const groups = registry.groups().filter(({ group }) => group !== '');
  const items = [
    coreVersions,
    groupList,
    version,
    ...groups.map(({ group }) => groupDocument(group)),
    ...registry.groupVersions().map(({ group, version: ofVersion }) => resourcesDocument(group, ofVersion)),
    ...kinds.flatMap(pathsOf),
  ];
  return {
    swagger: '2.0',
    info,
    paths: write(items, 2),
    definitions: schemasOf(kinds, [...operationDefinitions, versionInfo], { refPrefix: '#/definitions/', version: 2 }),
    securityDefinitions: security,
    security: [{ BearerToken: [] }],
  };
}

/** An encoded document and its entity tag. */
export interface EncodedDocument {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** Below `/openapi/`, for those who accept protobuf: kubectl cannot read v2 in another form. */
export const v2ProtobufPath = 'v2.pb-v1';

function encode(path: string, document: Json): EncodedDocument {
  const bytes = path === v2ProtobufPath ? encodeOpenApiV2(document) : Buffer.from(JSON.stringify(document));
  return { bytes, etag: createHash('sha256').update(bytes).digest('hex').toUpperCase() };
}

/** Whose documents stand beside our own. */
type OtherServers = Pick<Aggregator, 'revision' | 'versions'>;

/** OpenAPI v2 with what other servers say of their versions; of definitions by one name ours counts. */
function withOthers(own: Json, others: OtherServers): Json {
  const whole = { ...own, paths: { ...(own['paths'] as Json) }, definitions: { ...(own['definitions'] as Json) } };
  for (const { group, version: ofVersion, openApiV2: document } of others.versions()) {
    const isOfVersion = (path: string): boolean => path.startsWith(`/apis/${group}/${ofVersion}/`) || path === `/apis/${group}/`;
    Object.assign(whole.paths, Object.fromEntries(Object.entries((document?.['paths'] ?? {}) as Json).filter(([path]) => isOfVersion(path))));
    whole.definitions = { ...((document?.['definitions'] ?? {}) as Json), ...whole.definitions };
  }
  return whole;
}

/** Makes documents when they are first asked for, and anew when kinds have come or gone. */
export class OpenApiDocuments {
  private readonly made = new Map<string, EncodedDocument>();
  private madeAt = '';

  constructor(
    private readonly registry: Registry,
    private readonly others: OtherServers = { revision: 0, versions: () => [] },
  ) {}

  /** The document at a path below `/openapi/`; undefined when there is none. */
  at(path: string): EncodedDocument | undefined {
    const revision = `${this.registry.revision}/${this.others.revision}`;
    if (this.madeAt !== revision) this.made.clear();
    this.madeAt = revision;
    const known = this.made.get(path) ?? this.documentsOfOthers().get(path);
    if (known) return known;
    const document = this.make(path);
    if (document === undefined) return undefined;
    const encoded = encode(path, document);
    this.made.set(path, encoded);
    return encoded;
  }

  /** By path below `/openapi/`. */
  private documentsOfOthers(): Map<string, EncodedDocument> {
    return new Map(this.others.versions().flatMap(({ group, version: ofVersion, openApiV3: document }) => (document ? [[`v3/apis/${group}/${ofVersion}`, document] as const] : [])));
  }

  private make(path: string): Json | undefined {
    if (path === 'v2' || path === v2ProtobufPath) return withOthers(openApiV2(this.registry), this.others);
    if (path === 'v3') return this.index();
    const [, root, ...rest] = path.split('/');
    if (root === 'api' && rest.length === 1) return openApiV3(this.registry, '', rest[0] ?? '');
    if (root === 'apis' && rest.length === 2) return openApiV3(this.registry, rest[0] ?? '', rest[1] ?? '');
    return path.startsWith('v3/') ? openApiV3OfDocument(this.registry, path.slice('v3/'.length)) : undefined;
  }

  /** `/openapi/v3`: the documents by group and version. The hash is of what they are made of, so that none is made here. */
  private index(): Json {
    const entries = this.registry.groupVersions().map(({ group, version }) => {
      const path = group ? `apis/${group}/${version}` : `api/${version}`;
      const hash = createHash('sha256').update(JSON.stringify([info.version, this.registry.kindsOf(group, version).map(({ fieldType: _merging, ...kind }) => kind)])).digest('hex').toUpperCase();
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
    });
    const groups = this.registry.groups().filter(({ group }) => group !== '');
    const documents = ['api', 'apis', 'version', ...groups.map(({ group }) => `apis/${group}`)].map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${this.at(`v3/${path}`)?.etag}` }]);
    const ofOthers = [...this.documentsOfOthers()].map(([path, { etag }]) => [path.slice('v3/'.length), { serverRelativeURL: `/openapi/${path}?hash=${etag}` }]);
    return { paths: Object.fromEntries([...documents, ...entries, ...ofOthers]) as Json };
  }
}
