import { ServerResponse } from 'node:http';
import { apiErrors, type ApiError, type Clock } from '@typernetes/machinery';
import type { Delivery } from '@typernetes/storage';
import { viewDelivery } from '../store/views';
import { watchSocketBytesMax } from '../limits';
import type { ApiResult } from '../pipeline/request';
import { encodeWatched, type EncodeOptions } from './encode';
import type { Exchange } from './exchange';
import { protobufErrorFrame, protobufFrame, protobufMediaType } from './protobuf-answer';
import { WatchBatch, type Moment } from './watch-batch';
import { watchPulse } from './watch-pulse';
import { watchSinkOf } from './watch-sink';

type WatchResult = Extract<ApiResult, { type: 'watch' }>;

/** How one watch wants its deliveries put into bytes. */
type Encoder = (deliveries: readonly Delivery[], moment: Moment) => WatchBatch;

function encoderOf({ kind }: WatchResult, encode: EncodeOptions, clock: Clock): Encoder {
  const { mediaType, representation } = encode;
  if (mediaType === protobufMediaType) {
    const form = representation === 'metadata' ? 'metadata' : 'object';
    return (deliveries) => new WatchBatch(deliveries.map((stored) => protobufFrame(kind, viewDelivery(kind, stored), form)));
  }
  if (representation === 'object' && !kind.storedAs) return (deliveries, moment) => moment.batchOf(deliveries);
  let hasSentColumns = false;
  const frameOf = (stored: Delivery): Buffer => {
    const delivery = viewDelivery(kind, stored);
    const value = encodeWatched(kind, delivery.entry, { ...encode, nowMs: clock.now(), withColumns: !hasSentColumns });
    if (!value) return delivery.frame;
    hasSentColumns = true;
    return Buffer.concat([Buffer.from(`{"type":"${delivery.type}","object":`), value, Buffer.from('}\n')]);
  };
  return (deliveries) => new WatchBatch(deliveries.map(frameOf));
}

/**
 * A watch as a stream of JSON lines. The client's pace decides: while its socket is full, deliveries wait in the
 * watcher's queue, which has a limit of its own. Ends by timeout, by the client, or with an ERROR event.
 */
export function streamWatch(exchange: Exchange, result: WatchResult, { clock, encode }: { clock: Clock; encode: EncodeOptions }): Promise<void> {
  const { response } = exchange;
  const { watcher } = result;
  const isProtobuf = encode.mediaType === protobufMediaType;
  const batchOf = encoderOf(result, encode, clock);
  response.writeHead(200, { 'content-type': isProtobuf ? `${protobufMediaType};stream=watch` : 'application/json', 'cache-control': 'no-cache, private' });
  // Clients wait for the headers before they read events.
  if (response instanceof ServerResponse) response.flushHeaders();
  const sink = watchSinkOf(response);
  const pulse = watchPulse(clock);
  // Deliveries wait until the client has taken what it was sent.
  let isHeld = false;
  return new Promise((resolve) => {
    const end = (): void => {
      cancelTimeout();
      stopListening();
      watcher.stop();
      if (!response.writableEnded) response.end();
      resolve();
    };
    const fail = (error: ApiError): void => {
      sink.write(new WatchBatch([isProtobuf ? protobufErrorFrame(error) : errorFrame(error)]));
      end();
    };
    const flush = (moment: Moment): void => {
      if (response.destroyed || response.writableEnded) return end();
      if (watcher.isOverflown) return fail(apiErrors.expired('too old resource version: the watch was too slow'));
      isHeld = response.writableLength > watchSocketBytesMax;
      if (isHeld) return;
      const deliveries = watcher.take();
      try {
        if (deliveries.length > 0) sink.write(batchOf(deliveries, moment));
      } catch (error) {
        // What cannot be shown ends this watch, not the others that share the moment, nor the process.
        return fail(apiErrors.internal(error));
      }
      if (watcher.isEnded) end();
    };
    const schedule = (): void => pulse.schedule(flush);
    const cancelTimeout = clock.after(result.timeoutMs, end);
    const stopListening = sink.onDrain(() => {
      if (isHeld) schedule();
    });
    watcher.onReady = schedule;
    response.on('close', end);
    response.on('error', end);
    schedule();
  });
}

const errorFrame = ({ status }: ApiError): Buffer => Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
