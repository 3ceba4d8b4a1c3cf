import type { Writable } from 'node:stream';
import { answerPieceBytes } from '../limits';

/** Puts small chunks together to pieces of about this size; bigger ones stay as they are. */
export function* piecesOf(chunks: readonly Buffer[], pieceBytes: number): Iterable<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes < pieceBytes) continue;
    yield together(waiting, bytes);
    waiting = [];
    bytes = 0;
  }
  if (waiting.length > 0) yield together(waiting, bytes);
}

const together = (chunks: readonly Buffer[], bytes: number): Buffer => (chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));

/**
 * Sends an answer's body and ends it. A big one goes piece by piece as the client takes it, so that no second copy of it
 * waits in memory, and the client reads the first pieces while later ones are encrypted.
 */
export async function sendBody(response: Writable, chunks: readonly Buffer[]): Promise<void> {
  let last: Buffer | undefined;
  for (const piece of piecesOf(chunks, answerPieceBytes)) {
    if (last && !response.write(last)) await drained(response);
    if (response.destroyed) return;
    last = piece;
  }
  response.end(last);
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
