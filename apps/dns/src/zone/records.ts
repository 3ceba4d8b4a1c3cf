/**
 * Resource records in the shape that dns-packet encodes. Names are absolute, lower case, without the final dot.
 */
export type DnsRecord =
  | { type: 'A' | 'AAAA'; name: string; ttl: number; data: string }
  | { type: 'CNAME' | 'PTR' | 'NS'; name: string; ttl: number; data: string }
  | { type: 'TXT'; name: string; ttl: number; data: string }
  | { type: 'SRV'; name: string; ttl: number; data: { priority: number; weight: number; port: number; target: string } }
  | { type: 'SOA'; name: string; ttl: number; data: SoaData };

export interface SoaData {
  mname: string;
  rname: string;
  serial: number;
  refresh: number;
  retry: number;
  expire: number;
  minimum: number;
}

/** What a zone knows of a name and type. */
export type Lookup =
  | { outcome: 'answer'; records: DnsRecord[]; additional: DnsRecord[] }
  /** The name is an alias of one that this zone does not hold: `records` has the CNAME. */
  | { outcome: 'alias'; records: DnsRecord[]; target: string }
  /** The name exists, without records of this type (RFC 2308: NODATA). */
  | { outcome: 'noData' }
  | { outcome: 'nxDomain' }
  /** Not a name of this zone: somebody else's question. */
  | { outcome: 'notHere' };

/** `10.244.1.2` -> `10-244-1-2`, `fd00::1` -> `fd00--1`: how an address stands in a name. */
export function dashedAddress(address: string): string {
  return address.replace(/[.:]/g, '-');
}

/** A or AAAA, by the look of the address. */
export function addressType(address: string): 'A' | 'AAAA' {
  return address.includes(':') ? 'AAAA' : 'A';
}
