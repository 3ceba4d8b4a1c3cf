import ipaddr from 'ipaddr.js';

/** An IPv4 range of cluster IPs. Positions count from its network address; the first and the last are not given out. */
export interface IpRange {
  readonly text: string;
  /** Positions 1 to size. */
  readonly size: number;
  /** Position of an address; undefined when it is not one that can be given out. */
  position(address: string): number | undefined;
  /** Also true for the first and the last. */
  contains(address: string): boolean;
  address(position: number): string;
}

const toNumber = (address: ipaddr.IPv4): number => address.octets.reduce((sum, octet) => sum * 256 + octet, 0);

/** @throws Error for anything but an IPv4 CIDR with room for services */
export function parseIpRange(text: string): IpRange {
  const [address, bits] = ipaddr.IPv4.parseCIDR(text);
  if (bits > 30 || bits < 8) throw new Error(`service cluster IP range ${text}: the prefix must have 8 to 30 bits`);
  return rangeOf(text, [address, bits]);
}

/** As parseIpRange, of any size; undefined for IPv6 and for ranges without an address between the first and the last. */
export function ipv4RangeOf(text: string): IpRange | undefined {
  if (!ipaddr.IPv4.isValidCIDR(text)) return undefined;
  const [address, bits] = ipaddr.IPv4.parseCIDR(text);
  return bits > 30 ? undefined : rangeOf(text, [address, bits]);
}

function rangeOf(text: string, [address, bits]: [ipaddr.IPv4, number]): IpRange {
  const total = 2 ** (32 - bits);
  const base = Math.floor(toNumber(address) / total) * total;
  const size = total - 2;
  const offset = (candidate: string): number => (ipaddr.IPv4.isValidFourPartDecimal(candidate) ? toNumber(ipaddr.IPv4.parse(candidate)) - base : -1);
  return {
    text,
    size,
    position: (candidate) => {
      const position = offset(candidate);
      return position >= 1 && position <= size ? position : undefined;
    },
    contains: (candidate) => offset(candidate) >= 0 && offset(candidate) < total,
    address: (position) => {
      const value = base + position;
      return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
    },
  };
}

/** `30000-32767`. @throws Error */
export function parsePortRange(text: string): { readonly text: string; readonly first: number; readonly last: number } {
  const match = /^(\d+)-(\d+)$/.exec(text.trim());
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || first > last || last > 65_535) throw new Error(`service node port range ${text}: want first-last, for example 30000-32767`);
  return { text, first, last };
}
