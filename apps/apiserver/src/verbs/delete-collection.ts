import { hasReason } from '@typernetes/machinery';
import type { CacheEntry } from '@typernetes/storage';
import type { Call } from '../pipeline/call';
import type { ApiResult } from '../pipeline/request';
import { viewAll } from '../store/views';
import { deleteWith } from './delete';
import { deleteOptionsOf, withDryRun } from './delete-options';
import { listEntries } from './list';
import { selectionOf, viewFilterOf } from './selection';

/** DELETE of a collection: each object as if alone, after one consistent list; what others delete meanwhile is fine. */
export async function deleteCollection(call: Call): Promise<ApiResult> {
  const options = deleteOptionsOf(call.request);
  const { entries: listed, revision } = await listEntries(call, selectionOf(call));
  const filter = viewFilterOf(call);
  const entries = filter ? (await viewAll(call.kind, listed)).filter(filter) : listed;
  const answered: CacheEntry[] = [];
  for (const entry of entries) {
    const slash = entry.key.indexOf('/');
    const target = { ...call.request.target, namespace: slash < 0 ? '' : entry.key.slice(0, slash), name: entry.key.slice(slash + 1) };
    try {
      await deleteWith(withDryRun({ ...call, request: { ...call.request, target } }, options), options);
      answered.push(entry);
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
  }
  const { kind } = call;
  return { type: 'list', kind, entries: await viewAll(kind, answered), revision };
}
