import type { IEvent, IWatchResponse, WatchClient } from 'etcd3';
import { apiErrors } from '@typernetes/machinery';
import { withResourceVersion } from '../resource-version';
import type { StorageEvent, StorageWatch, WatchHandlers } from '../storage';
import { toStorageError } from './etcd-errors';
import { endOfPrefix } from './prefix';

type WatchStream = Awaited<ReturnType<WatchClient['watch']>>;

function toEvent({ type, kv }: IEvent): StorageEvent {
  const revision = Number(kv.mod_revision);
  const key = kv.key.toString();
  return type === 'Delete' ? { type: 'delete', key, revision } : { type: 'put', key, value: withResourceVersion(kv.value, revision), revision };
}

/** One etcd watch on its own stream, so that progress requests concern only it. */
export function openEtcdWatch(client: WatchClient, range: { prefix: string; fromRevision: number }, handlers: WatchHandlers): StorageWatch {
  let stream: WatchStream | undefined;
  let isClosed = false;
  let isProgressWanted = false;

  const close = (): void => {
    isClosed = true;
    stream?.cancel();
  };
  const fail = (error: unknown): void => {
    if (isClosed) return;
    close();
    handlers.onError(error);
  };
  const receive = (response: IWatchResponse): void => {
    if (isClosed) return;
    if (Number(response.compact_revision) > 0) {
      fail(apiErrors.expired(`required revision has been compacted at ${response.compact_revision}`));
    } else if (response.canceled) {
      fail(toStorageError(new Error(`etcd cancelled the watch: ${response.cancel_reason}`)));
    } else if (response.events.length > 0) {
      const events = response.events.map(toEvent);
      handlers.onEvents(events, events[events.length - 1]?.revision ?? 0);
    } else if (!response.created) handlers.onProgress(Number(response.header.revision));
  };

  client.watch().then(
    (opened) => {
      stream = opened;
      if (isClosed) return opened.cancel();
      opened.on('data', receive);
      opened.on('error', (error) => fail(toStorageError(error)));
      opened.on('end', () => fail(apiErrors.serviceUnavailable('etcd ended the watch stream')));
      opened.write({
        create_request: { key: Buffer.from(range.prefix), range_end: endOfPrefix(range.prefix), start_revision: range.fromRevision + 1, progress_notify: true },
      });
      if (isProgressWanted) opened.write({ progress_request: {} });
    },
    (error: unknown) => fail(toStorageError(error)),
  );

  return {
    requestProgress: () => {
      if (stream) stream.write({ progress_request: {} });
      else isProgressWanted = true;
    },
    close,
  };
}
