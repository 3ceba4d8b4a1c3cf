import { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { apiErrors, type ApiError, type Clock } from '@typernetes/machinery';
import type { Delivery } from '@typernetes/storage';
import { viewDelivery } from '../store/views';
import { watchFlushPeriodMs, watchSocketBytesMax } from '../limits';
import { pacedFlush } from '../paced-flush';
import type { ApiResult } from '../pipeline/request';
import { encodeWatched, type EncodeOptions } from './encode';
import type { Exchange } from './exchange';
import { protobufErrorFrame, protobufFrame, protobufMediaType } from './protobuf-answer';

type WatchResult = Extract<ApiResult, { type: 'watch' }>;

/**
 * A watch as a stream of JSON lines. The client's pace decides: while its socket is full, deliveries wait in the
 * watcher's queue, which has a limit of its own. Ends by timeout, by the client, or with an ERROR event.
 */
export function streamWatch(exchange: Exchange, result: WatchResult, { clock, encode }: { clock: Clock; encode: EncodeOptions }): Promise<void> {
  const { response } = exchange;
  const writable: Writable = response;
  const write = (chunk: Buffer): void => void writable.write(chunk);
  const { watcher, kind } = result;
  let hasSentColumns = false;
  const isProtobuf = encode.mediaType === protobufMediaType;
  const frameOf = (stored: Delivery): Buffer => {
    const delivery = viewDelivery(kind, stored);
    if (isProtobuf) return protobufFrame(kind, delivery, encode.representation === 'metadata' ? 'metadata' : 'object');
    const value = encodeWatched(kind, delivery.entry, { ...encode, nowMs: clock.now(), withColumns: !hasSentColumns });
    if (!value) return delivery.frame;
    hasSentColumns = true;
    return Buffer.concat([Buffer.from(`{"type":"${delivery.type}","object":`), value, Buffer.from('}\n')]);
  };
  response.writeHead(200, { 'content-type': isProtobuf ? `${protobufMediaType};stream=watch` : 'application/json', 'cache-control': 'no-cache, private' });
  // Clients wait for the headers before they read events.
  if (response instanceof ServerResponse) response.flushHeaders();
  return new Promise((resolve) => {
    const end = (): void => {
      cancelTimeout();
      watcher.stop();
      if (!response.writableEnded) response.end();
      resolve();
    };
    const flush = (): void => {
      if (response.destroyed) return end();
      if (watcher.isOverflown) {
        const error = apiErrors.expired('too old resource version: the watch was too slow');
        write(isProtobuf ? protobufErrorFrame(error) : errorFrame(error));
        return end();
      }
      if (response.writableLength > watchSocketBytesMax) return;
      const frames = watcher.take().map(frameOf);
      if (frames.length > 0) write(frames.length === 1 && frames[0] ? frames[0] : Buffer.concat(frames));
      if (watcher.isEnded) end();
    };
    const schedule = pacedFlush(clock, watchFlushPeriodMs, flush);
    const cancelTimeout = clock.after(result.timeoutMs, end);
    watcher.onReady = schedule;
    response.on('drain', schedule);
    response.on('close', end);
    response.on('error', end);
    schedule();
  });
}

const errorFrame = ({ status }: ApiError): Buffer => Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
