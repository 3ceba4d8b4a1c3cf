import { createHash } from 'node:crypto';
import type { Environment } from '../environment';
import { OpenApiDocuments, v2ProtobufPath } from '../openapi/documents';
import { acceptsV2Protobuf, v2ProtobufMediaType } from '../openapi/v2-protobuf';
import { aggregatedDiscovery, apiGroup, apiGroupList, coreVersions, resourceList } from './discovery';
import { headerOf, type Exchange } from './exchange';
import type { PathHandler } from './paths';
import { respond } from './respond';

const versionInfo = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0+t8s',
  // Bundles know theirs (tools/bundle-options.mjs); run from source, the server does not look.
  gitCommit: process.env['T8S_COMMIT'] ?? 'unknown',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'typescript',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

/** Discovery, OpenAPI and version. */
export function documentPaths(environment: Environment): PathHandler {
  const openApi = new OpenApiDocuments(environment.registry, environment.extensions.aggregator);
  return async (exchange) => {
    if (exchange.path.startsWith('/openapi/')) return respondOpenApi(openApi, exchange);
    if (wantsAggregated(exchange)) return respondAggregated(environment, exchange);
    const document = documentAt(environment, exchange.path);
    if (document === undefined) return false;
    await respond(exchange, { code: 200, chunks: [Buffer.from(JSON.stringify(document))] });
    return true;
  };
}

const aggregatedMediaType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** `/api` and `/apis` are asked for the aggregated form by Accept; it is used when it is named before plain JSON. */
function wantsAggregated({ path, request }: Exchange): boolean {
  if (!/^\/apis?\/?$/.test(path)) return false;
  const [preferred] = (headerOf(request, 'accept') ?? '').split(',').filter((type) => /^\s*application\/json\s*(;|$)/.test(type) && !/v=v2beta1/.test(type));
  return /as=APIGroupDiscoveryList/.test(preferred ?? '');
}

async function respondAggregated({ registry, extensions }: Environment, exchange: Exchange): Promise<boolean> {
  const document = aggregatedDiscovery(registry, exchange.path.replace(/\/$/, '') === '/api', extensions.aggregator?.versions());
  const bytes = Buffer.from(JSON.stringify(document));
  const etag = `"${createHash('sha256').update(bytes).digest('hex').toUpperCase()}"`;
  const headers = { vary: 'Accept', etag };
  const isKnown = headerOf(exchange.request, 'if-none-match') === etag;
  // Caches of clients take over the headers of a 304.
  await respond(exchange, { ...(isKnown ? { code: 304, chunks: [] } : { code: 200, chunks: [bytes] }), mediaType: aggregatedMediaType, headers });
  return true;
}

/** OpenAPI with ETag; a URL that names the document's hash never changes its content. */
async function respondOpenApi(documents: OpenApiDocuments, exchange: Exchange): Promise<boolean> {
  const path = exchange.path.slice('/openapi/'.length).replace(/\/$/, '');
  const mediaType = path === 'v2' && wantsProtobuf(exchange) ? v2ProtobufMediaType : undefined;
  const document = documents.at(mediaType ? v2ProtobufPath : path);
  if (!document) return false;
  const etag = `"${document.etag}"`;
  const isImmutable = exchange.query.has('hash');
  const headers = { etag, vary: 'Accept', 'cache-control': isImmutable ? 'public, immutable' : 'no-cache, private' };
  const isKnown = headerOf(exchange.request, 'if-none-match') === etag;
  await respond(exchange, { ...(isKnown ? { code: 304, chunks: [] } : { code: 200, chunks: [document.bytes] }), headers, ...(mediaType ? { mediaType } : {}) });
  return true;
}

/** What a client names first counts. */
function wantsProtobuf({ request }: Exchange): boolean {
  const [preferred = ''] = (headerOf(request, 'accept') ?? '').split(/[,;]/);
  return acceptsV2Protobuf(preferred.trim());
}

function documentAt({ registry, extensions }: Environment, path: string): unknown {
  const parts = path.split('/').filter((part) => part !== '');
  const [root = '', group = '', version = ''] = parts;
  if (path === '/version' || path === '/version/') return versionInfo;
  if (root === 'api') return parts.length === 1 ? coreVersions(registry) : parts.length === 2 ? resourceList(registry, '', group) : undefined;
  if (root !== 'apis') return undefined;
  const remotes = extensions.aggregator?.versions();
  if (parts.length === 1) return apiGroupList(registry, remotes);
  if (parts.length === 2) return apiGroup(registry, group, remotes);
  return parts.length === 3 ? resourceList(registry, group, version) : undefined;
}
