import type { KindDefinition } from '@typernetes/api';
import { formatApiVersion } from '@typernetes/machinery';
import type { Watcher } from '@typernetes/storage';
import { watchTimeoutMsMin } from '../limits';
import { encodeObject, type Call } from '../pipeline/call';
import type { ApiResult } from '../pipeline/request';
import { PreparedWatch } from '../store/prepared-watch';
import { checkWatchOptions } from './list-options';
import { parseRevision } from './revision';
import { selectionOf, viewFilterOf } from './selection';

/** KEP-3157: the bookmark that ends the initial objects of a streamed list. */
const initialEventsEnd = 'k8s.io/initial-events-end';

/** The object of a BOOKMARK event. */
export function encodeBookmark(kind: KindDefinition, revision: number, annotations?: Record<string, string>): Buffer {
  return encodeObject({
    kind: kind.kind,
    apiVersion: formatApiVersion(kind),
    metadata: { resourceVersion: String(revision), creationTimestamp: null, ...(annotations ? { annotations } : {}) },
  });
}

/**
 * GET with watch=true. Without resourceVersion: the newest state as ADDED, then changes; 0: the cache's state; a version:
 * the changes after it.
 * @throws ApiError Expired when changes after that version are no longer known
 */
export async function watch(call: Call): Promise<ApiResult> {
  const { environment, kind, request } = call;
  const { options } = request;
  checkWatchOptions(options);
  const selection = selectionOf(call);
  const revision = parseRevision(options.resourceVersion);
  if (revision === undefined) await environment.mirror.confirm();
  else if (revision > environment.mirror.revision) await environment.mirror.waitFor(revision);
  const sendsState = options.sendInitialEvents ?? !revision;
  const wantsEnd = options.sendInitialEvents === true && options.allowWatchBookmarks === true;
  const after = options.sendInitialEvents === false && !revision ? environment.mirror.revision : revision;
  const watcher = environment.stores.of(kind).cache.watch(selection, {
    ...(sendsState || after === undefined ? {} : { after }),
    wantsBookmarks: options.allowWatchBookmarks ?? false,
    ...(wantsEnd ? { initialEventsEnd: (at: number) => encodeBookmark(kind, at, { [initialEventsEnd]: 'true' }) } : {}),
  });
  const timeoutMs = options.timeoutSeconds ? options.timeoutSeconds * 1000 : watchTimeoutMsMin * (1 + environment.random.next());
  return { type: 'watch', kind, watcher: kind.storedAs?.convert ? prepared(call, watcher, sendsState ? undefined : after) : watcher, timeoutMs };
}

/** Of objects that somebody else converts. */
function prepared(call: Call, watcher: Watcher, after: number | undefined): PreparedWatch {
  const { environment, kind } = call;
  const filter = viewFilterOf(call);
  if (!filter) return new PreparedWatch(kind, watcher);
  const before = after === undefined ? [] : environment.stores.of(kind).cache.list(selectionOf(call)).entries.filter(({ revision }) => revision <= after);
  return new PreparedWatch(kind, watcher, { filter, before });
}
