import ipaddr from 'ipaddr.js';

/** An IPv4 range for LoadBalancer addresses: a CIDR without its first and last address, or `first-last`. */
export class AddressPool {
  private readonly first: number;
  private readonly last: number;

  constructor(range: string) {
    if (range.includes('-')) {
      const [first = '', last = ''] = range.split('-');
      this.first = toNumber(first);
      this.last = toNumber(last);
      return;
    }
    const [address, prefix] = ipaddr.IPv4.parseCIDR(range);
    const size = 2 ** (32 - prefix);
    const base = Math.floor(toNumber(address.toString()) / size) * size;
    this.first = size > 2 ? base + 1 : base;
    this.last = size > 2 ? base + size - 2 : base + size - 1;
  }

  has(address: string): boolean {
    const value = toNumber(address);
    return value >= this.first && value <= this.last;
  }

  firstFree(taken: ReadonlySet<string>): string | undefined {
    for (let value = this.first; value <= this.last; value++) {
      const address = toText(value);
      if (!taken.has(address)) return address;
    }
    return undefined;
  }
}

function toNumber(address: string): number {
  return ipaddr.IPv4.parse(address).toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
