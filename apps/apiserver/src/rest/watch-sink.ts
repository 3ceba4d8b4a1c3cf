import { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { HttpResponse } from './exchange';
import type { WatchBatch } from './watch-batch';

/** Where the events of one watch go. */
export interface WatchSink {
  write(batch: WatchBatch): void;
  /** Calls back whenever the client has taken what waited; until the returned function is called. */
  onDrain(drained: () => void): () => void;
}

function responseSink(response: Writable): WatchSink {
  return {
    write: (batch) => void response.write(batch.bytes),
    onDrain(drained) {
      response.on('drain', drained);
      return () => response.off('drain', drained);
    },
  };
}

/**
 * Of an answer whose headers are sent. In HTTP/1.1 the chunks go into the socket ready-made, one buffer for everybody:
 * node:http would write each chunk's size, data and end on their own, and TLS would copy them together for every client.
 */
export function watchSinkOf(response: HttpResponse): WatchSink {
  const plain = responseSink(response);
  if (!(response instanceof ServerResponse)) return plain;
  const { socket } = response;
  // Behind other answers on the same connection (pipelining) it has no socket yet.
  if (!socket || !response.chunkedEncoding) return plain;
  return { ...responseSink(socket), write: (batch) => void socket.write(batch.chunk) };
}
