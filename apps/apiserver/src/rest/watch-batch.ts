import type { Delivery } from '@typernetes/storage';

/** Deliveries that travel together, as bytes that are made once however many watchers get them. */
export class WatchBatch {
  private cachedBytes: Buffer | undefined;
  private cachedChunk: Buffer | undefined;

  constructor(private readonly frames: readonly Buffer[]) {}

  /** One frame after the other. */
  get bytes(): Buffer {
    const [first] = this.frames;
    return (this.cachedBytes ??= first && this.frames.length === 1 ? first : Buffer.concat(this.frames));
  }

  /** The same as one chunk of a chunked body (RFC 9112 section 7.1). */
  get chunk(): Buffer {
    const length = this.frames.reduce((sum, frame) => sum + frame.length, 0);
    return (this.cachedChunk ??= Buffer.concat([Buffer.from(`${length.toString(16)}\r\n`), ...this.frames, endOfChunk]));
  }
}

const endOfChunk = Buffer.from('\r\n');

/** So many different batches of one moment are remembered; watchers with selectors of their own get their own. */
const batchesMax = 4;

/** What is sent at one moment: watchers that get the same share it. */
export class Moment {
  private readonly batches: { readonly deliveries: readonly Delivery[]; readonly batch: WatchBatch }[] = [];

  /** The batch of these deliveries as they are stored, in JSON. */
  batchOf(deliveries: readonly Delivery[]): WatchBatch {
    const known = this.batches.find((other) => isSame(other.deliveries, deliveries));
    if (known) return known.batch;
    const batch = new WatchBatch(deliveries.map(({ frame }) => frame));
    if (this.batches.length < batchesMax) this.batches.push({ deliveries, batch });
    return batch;
  }
}

const isSame = (a: readonly Delivery[], b: readonly Delivery[]): boolean => a.length === b.length && a.every((delivery, i) => delivery === b[i]);
