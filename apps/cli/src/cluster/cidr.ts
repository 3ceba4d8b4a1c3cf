import { parseCIDR, type IPv4 } from 'ipaddr.js';

/** An IPv4 range as numbers: first address, and the number of addresses. */
export interface Range {
  first: number;
  size: number;
}

/**
 * Reads `10.244.0.0/16`.
 * @throws Error when it is no IPv4 range.
 */
export function parseRange(cidr: string): Range {
  const [address, bits] = parseCIDR(cidr);
  if (address.kind() !== 'ipv4') throw new Error(`${cidr} is no IPv4 range`);
  const size = 2 ** (32 - bits);
  const value = (address as IPv4).octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return { first: value - (value % size), size };
}

const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** The address `offset` places after the range's first. */
export function addressAt(cidr: string, offset: number): string {
  return dotted(parseRange(cidr).first + offset);
}

/** Whether two ranges share an address. */
export function overlap(a: string, b: string): boolean {
  const left = parseRange(a);
  const right = parseRange(b);
  return left.first < right.first + right.size && right.first < left.first + left.size;
}
