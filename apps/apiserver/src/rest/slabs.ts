/**
 * Buffers of one size that are used again and again. Fresh memory for every piece of a big answer would cost more than
 * what is done with it: the kernel clears each page, and the garbage collector gives it back at once.
 */
export class Slabs {
  private readonly free: Buffer[] = [];

  /**
   * @param bytes of each
   * @param freeMax so many are kept when nobody needs them
   */
  constructor(
    readonly bytes: number,
    private readonly freeMax: number,
  ) {}

  /** One with whatever was in it last. */
  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.bytes);
  }

  /** Only when nobody, the kernel included, reads it any more. */
  give(slab: Buffer): void {
    if (this.free.length < this.freeMax) this.free.push(slab);
  }
}
