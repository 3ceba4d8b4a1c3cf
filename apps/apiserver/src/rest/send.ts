import type { Writable } from 'node:stream';
import { answerPieceBytes, answerSlabsFreeMax } from '../limits';
import { Slabs } from './slabs';

/** A part of an answer's body. */
export interface Piece {
  readonly bytes: Buffer;
  /** What it was put together in, to be given back when it is sent; absent: the bytes are somebody's own. */
  readonly slab?: Buffer;
}

/** Puts chunks together to pieces that fill a slab; a chunk that would fill one itself goes as it is. */
export function* piecesOf(chunks: readonly Buffer[], slabs: Slabs): Iterable<Piece> {
  let slab: Buffer | undefined;
  let used = 0;
  for (const chunk of chunks) {
    if (!slab && chunk.length >= slabs.bytes) {
      yield { bytes: chunk };
      continue;
    }
    for (let at = 0; at < chunk.length; ) {
      slab ??= slabs.take();
      const copied = chunk.copy(slab, used, at);
      at += copied;
      used += copied;
      if (used < slab.length) continue;
      yield { bytes: slab, slab };
      slab = undefined;
      used = 0;
    }
  }
  if (slab) yield { bytes: slab.subarray(0, used), slab };
}

const slabs = new Slabs(answerPieceBytes, answerSlabsFreeMax);

/** What to call when a piece was written. After a failure somebody may still hold its bytes. */
const givingBack =
  ({ slab }: Piece) =>
  (error?: Error | null): void => {
    if (slab && !error) slabs.give(slab);
  };

/**
 * Sends an answer's body and ends it. A big one goes piece by piece as the client takes it, so that no second copy of it
 * waits in memory, and the client reads the first pieces while later ones are encrypted.
 */
export async function sendBody(response: Writable, chunks: readonly Buffer[]): Promise<void> {
  if (chunks.length <= 1) return void response.end(chunks[0]);
  let last: Piece | undefined;
  for (const piece of piecesOf(chunks, slabs)) {
    if (last && !response.write(last.bytes, givingBack(last))) await drained(response);
    if (response.destroyed) return;
    last = piece;
  }
  if (last) response.end(last.bytes, givingBack(last));
  else response.end();
}

/** Resolves when more may be written, or nothing any more. */
function drained(response: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
