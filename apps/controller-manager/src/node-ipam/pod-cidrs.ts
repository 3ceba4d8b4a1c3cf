import ipaddr from 'ipaddr.js';

const toNumber = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
const toText = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** The pieces of an IPv4 range that nodes get, in order of their addresses. */
export class PodCidrs {
  private readonly first: number;
  readonly count: number;
  private readonly size: number;
  /** Each is asked for again with every node that comes. */
  private readonly known = new Map<string, readonly [number, number]>();

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

  /** The first piece that nobody has, or undefined when all are taken. `taken` may have ranges of other lengths. */
  firstFree(taken: Iterable<string>): string | undefined {
    const isTaken = new Uint8Array(this.count);
    for (const cidr of taken) {
      const [from, to] = this.piecesOf(cidr);
      isTaken.fill(1, from, to);
    }
    const free = isTaken.indexOf(0);
    return free < 0 ? undefined : `${toText(this.first + free * this.size)}/${this.maskSize}`;
  }

  /** The pieces that a range lies in, from the first until before the second; none when it is no range. */
  private piecesOf(cidr: string): readonly [number, number] {
    let pieces = this.known.get(cidr);
    if (!pieces) {
      const range = ipaddr.IPv4.isValidCIDR(cidr) ? ipaddr.IPv4.parseCIDR(cidr) : undefined;
      const start = range ? toNumber(range[0].toByteArray()) - this.first : 0;
      const end = range ? start + 2 ** (32 - range[1]) : 0;
      pieces = [Math.max(0, Math.floor(start / this.size)), Math.max(0, Math.ceil(end / this.size))];
      this.known.set(cidr, pieces);
    }
    return pieces;
  }
}
