import { api } from '@typernetes/proto';
import type { CacheEntry, Delivery } from '@typernetes/storage';
import { listBatchBytesMax, listBatchItemsMax } from '../limits';
import type { ApiResult } from '../pipeline/request';

type ListResult = Extract<ApiResult, { type: 'list' }>;

/** A list in messages of bounded size; the last says the revision. */
export function* listBatches({ entries, revision, remaining, continue: token }: ListResult): Generator<api.ListBatch> {
  let items: Buffer[] = [];
  let bytes = 0;
  const batch = (isLast: boolean): api.ListBatch => ({
    items,
    resourceVersion: isLast ? String(revision) : '',
    continue: isLast ? (token ?? '') : '',
    remainingItemCount: BigInt(isLast ? (remaining ?? 0) : 0),
  });
  for (const { value } of entries as readonly CacheEntry[]) {
    if (items.length > 0 && (bytes + value.length > listBatchBytesMax || items.length >= listBatchItemsMax)) {
      yield batch(false);
      [items, bytes] = [[], 0];
    }
    items.push(value);
    bytes += value.length;
  }
  yield batch(true);
}

const eventTypes: Readonly<Record<Delivery['type'], api.EventType>> = {
  ADDED: api.EventType.EVENT_TYPE_ADDED,
  MODIFIED: api.EventType.EVENT_TYPE_MODIFIED,
  DELETED: api.EventType.EVENT_TYPE_DELETED,
  BOOKMARK: api.EventType.EVENT_TYPE_BOOKMARK,
};

/** Deliveries in messages of bounded size. */
export function* watchBatches(deliveries: readonly Delivery[]): Generator<api.WatchBatch> {
  let events: api.WatchEvent[] = [];
  let bytes = 0;
  for (const { type, entry } of deliveries) {
    if (events.length > 0 && (bytes + entry.value.length > listBatchBytesMax || events.length >= listBatchItemsMax)) {
      yield { events };
      [events, bytes] = [[], 0];
    }
    events.push({ type: eventTypes[type], object: entry.value });
    bytes += entry.value.length;
  }
  if (events.length > 0) yield { events };
}
