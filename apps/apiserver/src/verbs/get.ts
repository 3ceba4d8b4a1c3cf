import { apiErrors } from '@typernetes/machinery';
import type { CacheEntry } from '@typernetes/storage';
import { nameOf, type Call } from '../pipeline/call';
import type { ApiResult } from '../pipeline/request';
import { viewNow } from '../store/views';
import { parseRevision } from './revision';

/** GET of one object (or its status, which shows the same). */
export async function get(call: Call): Promise<ApiResult> {
  return { type: 'object', code: 200, kind: call.kind, value: (await readObject(call)).value };
}

/**
 * The object as the kind shows it. Without resourceVersion the newest: the caches are confirmed against the store first,
 * one question for all reads of the moment.
 * @throws ApiError NotFound
 */
export async function readObject(call: Call): Promise<CacheEntry> {
  const { environment, kind, request } = call;
  const store = environment.stores.of(kind);
  await waitForVersion(call);
  const { namespace, name } = request.target;
  const entry = store.cache.get(store.cacheKey(namespace, name));
  if (!entry) throw apiErrors.notFound(nameOf(call, name));
  return viewNow(kind, entry);
}

async function waitForVersion({ environment, request }: Call): Promise<void> {
  const revision = parseRevision(request.options.resourceVersion);
  if (revision === undefined) await environment.mirror.confirm();
  else if (revision > environment.mirror.revision) await environment.mirror.waitFor(revision);
}

