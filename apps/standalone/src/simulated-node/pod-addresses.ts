import { parseCIDR } from 'ipaddr.js';

/** Addresses of one node's pod range (IPv4), handed out in turn so that a freed one is not taken again at once. */
export class PodAddresses {
  private readonly used = new Set<number>();
  private readonly base: number;
  private readonly size: number;
  private next = 2;

  /** @param cidr `10.244.1.0/24`. @throws Error when it is no range */
  constructor(cidr: string) {
    const [address, bits] = parseCIDR(cidr);
    this.base = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
    this.size = 2 ** (32 - bits);
  }

  /** @throws Error when all are taken */
  take(): string {
    // The first two are the network and the bridge, the last is the broadcast address.
    for (let tries = 0; tries < this.size - 3; tries++) {
      const offset = this.next;
      this.next = offset + 1 < this.size - 1 ? offset + 1 : 2;
      if (this.used.has(offset)) continue;
      this.used.add(offset);
      return this.textOf(offset);
    }
    throw new Error('no IP addresses available in the range of the node');
  }

  free(address: string): void {
    const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    this.used.delete(number - this.base);
  }

  private textOf(offset: number): string {
    const number = this.base + offset;
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
  }
}
