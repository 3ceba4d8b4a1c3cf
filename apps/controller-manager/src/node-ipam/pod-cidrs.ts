import ipaddr from 'ipaddr.js';

const toNumber = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
const toText = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** The pieces of an IPv4 range that nodes get, in order of their addresses. */
export class PodCidrs {
  private readonly first: number;
  readonly count: number;
  private readonly size: number;

  /** @throws Error when the range is no IPv4 CIDR or smaller than one node's piece */
  constructor(
    clusterCidr: string,
    private readonly maskSize: number,
  ) {
    const [address, prefix] = ipaddr.IPv4.parseCIDR(clusterCidr);
    if (prefix > maskSize) throw new Error(`--cluster-cidr ${clusterCidr} is smaller than a node's range of /${maskSize}`);
    this.size = 2 ** (32 - maskSize);
    const whole = 2 ** (32 - prefix);
    this.first = Math.floor(toNumber(address.toByteArray()) / whole) * whole;
    this.count = whole / this.size;
  }

  /** The first piece that nobody has, or undefined when all are taken. */
  firstFree(taken: ReadonlySet<string>): string | undefined {
    for (let i = 0; i < this.count; i++) {
      const cidr = `${toText(this.first + i * this.size)}/${this.maskSize}`;
      if (!taken.has(cidr)) return cidr;
    }
    return undefined;
  }
}
