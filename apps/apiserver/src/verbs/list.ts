import { apiErrors, hasReason } from '@typernetes/machinery';
import { CacheEntry, decodeContinueToken, encodeContinueToken, expiredContinue, type CacheList, type Selection } from '@typernetes/storage';
import type { Call } from '../pipeline/call';
import type { ApiResult, RequestOptions } from '../pipeline/request';
import { viewAll } from '../store/views';
import { checkListOptions } from './list-options';
import { parseRevision } from './revision';
import { selectionOf, viewFilterOf } from './selection';

/** GET of a collection. */
export async function list(call: Call): Promise<ApiResult> {
  const { kind } = call;
  const { entries, revision, nextKey, remaining } = await listEntries(call, selectionOf(call));
  const filter = viewFilterOf(call);
  const shown = await viewAll(kind, entries);
  return {
    type: 'list',
    kind,
    entries: filter ? shown.filter(filter) : shown,
    revision,
    ...(nextKey === undefined ? {} : { continue: encodeContinueToken({ revision, startKey: nextKey }) }),
    ...(remaining === undefined ? {} : { remaining }),
  };
}

/**
 * The rules of resourceVersion and resourceVersionMatch (API concepts, "Semantics for get and list"): nothing given:
 * as new as the store; 0: whatever the cache has; a version: at least that new, or exactly that one.
 */
export async function listEntries(call: Call, selection: Selection): Promise<CacheList> {
  const { environment, kind, request } = call;
  const { options } = request;
  checkListOptions(options);
  if (options.continue) return continueList(call, selection, options.continue);
  const { cache } = environment.stores.of(kind);
  const revision = parseRevision(options.resourceVersion, 'invalid resource version: ');
  const limit = options.limit && revision !== 0 ? { limit: options.limit } : {};
  if (revision === undefined) await environment.mirror.confirm();
  else if (isExact(options, revision)) return listExactly(call, selection, { revision, startKey: '' });
  else if (revision > environment.mirror.revision) await environment.mirror.waitFor(revision);
  return cache.list(selection, limit);
}

const isExact = ({ resourceVersionMatch, limit }: RequestOptions, revision: number): boolean =>
  resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit !== undefined && limit > 0 && revision > 0);

async function continueList(call: Call, selection: Selection, token: string): Promise<CacheList> {
  const { resourceVersion } = call.request.options;
  if (resourceVersion && resourceVersion !== '0') throw apiErrors.badRequest('specifying resource version is not allowed when using continue');
  const { revision, startKey } = decodeContinueToken(token);
  if (revision > 0) return listExactly(call, selection, { revision, startKey });
  await call.environment.mirror.confirm();
  return call.environment.stores.of(call.kind).cache.list(selection, { startKey, ...limitOf(call) });
}

const limitOf = ({ request }: Call): { limit?: number } => (request.options.limit ? { limit: request.options.limit } : {});

/** As of one revision: from a snapshot when the cache has one, else from the store's history. */
async function listExactly(call: Call, selection: Selection, { revision, startKey }: { revision: number; startKey: string }): Promise<CacheList> {
  const { environment, kind } = call;
  const store = environment.stores.of(kind);
  if (revision > environment.mirror.revision) await environment.mirror.waitFor(revision);
  if (store.cache.hasSnapshot(revision)) return store.cache.list(selection, { snapshot: revision, ...(startKey ? { startKey } : {}), ...limitOf(call) });
  try {
    const range = await environment.storage.list(store.prefix + selection.prefix, { revision, ...(startKey ? { startKey: store.prefix + startKey } : {}) });
    return pageOf(range.entries.map(({ key, value, revision: own }) => new CacheEntry(key.slice(store.prefix.length), value, own)), {
      selection,
      revision,
      limit: call.request.options.limit ?? 0,
      attributes: (entry) => store.attributesOf(entry.parse()),
    });
  } catch (error) {
    throw startKey && hasReason(error, 'Expired') ? expiredContinue(encodeContinueToken({ revision: -1, startKey })) : error;
  }
}

interface PageOptions {
  readonly selection: Selection;
  readonly revision: number;
  readonly limit: number;
  readonly attributes: (entry: CacheEntry) => Parameters<NonNullable<Selection['matches']>>[0];
}

function pageOf(all: CacheEntry[], { selection, revision, limit, attributes }: PageOptions): CacheList {
  const { matches } = selection;
  const selected = matches ? all.filter((entry) => matches(attributes(entry))) : all;
  const next = limit > 0 ? selected[limit] : undefined;
  if (!next) return { entries: selected, revision };
  return { entries: selected.slice(0, limit), revision, nextKey: next.key, ...(matches ? {} : { remaining: selected.length - limit }) };
}
