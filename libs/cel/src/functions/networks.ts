import type { Environment } from '@marcbachmann/cel-js';
import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';

/** Addresses, ranges and URLs as values of expressions. */
export class IpValue {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  constructor(readonly text: string) {
    if (isIP(text) === 0 || text.includes('%')) throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
    this.address = ipaddr.parse(text);
    if (this.address instanceof ipaddr.IPv6 && this.address.isIPv4MappedAddress()) throw new Error('IPv4-mapped IPv6 address is not allowed');
  }
}

export class CidrValue {
  readonly range: [ipaddr.IPv4 | ipaddr.IPv6, number];
  constructor(readonly text: string) {
    if (!ipaddr.isValidCIDR(text) || isIP(text.split('/')[0] ?? '') === 0) throw new Error(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
    this.range = ipaddr.parseCIDR(text);
  }

  contains(other: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    return this.range[0].kind() === other.kind() && other.match(this.range as never);
  }
}

export class UrlValue {
  readonly url: URL;
  readonly isAbsolute: boolean;
  constructor(readonly text: string) {
    this.isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(text);
    if (!this.isAbsolute && !text.startsWith('/')) throw new Error(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`);
    this.url = new URL(text, 'http://relative.invalid');
  }
}

const isFine = (make: () => unknown): boolean => {
  try {
    make();
    return true;
  } catch {
    // The question was whether.
    return false;
  }
};

function registerAddresses(environment: Environment): void {
  const range = ({ address }: IpValue): string => address.range();
  environment
    .registerType('net.IP', { ctor: IpValue, fields: {} })
    .registerFunction('ip(string): net.IP', (text: string) => new IpValue(text))
    .registerFunction('isIP(string): bool', (text: string) => isFine(() => new IpValue(text)))
    .registerFunction('net.IP.family(): int', ({ address }: IpValue) => (address.kind() === 'ipv4' ? 4n : 6n))
    .registerFunction('net.IP.isUnspecified(): bool', (ip: IpValue) => range(ip) === 'unspecified')
    .registerFunction('net.IP.isLoopback(): bool', (ip: IpValue) => range(ip) === 'loopback')
    .registerFunction('net.IP.isLinkLocalUnicast(): bool', (ip: IpValue) => range(ip) === 'linkLocal')
    .registerFunction('net.IP.isGlobalUnicast(): bool', (ip: IpValue) => !['unspecified', 'loopback', 'linkLocal', 'multicast', 'broadcast'].includes(range(ip)))
    .registerFunction('string(net.IP): string', ({ text }: IpValue) => text)
    .registerOperator('net.IP == net.IP', (a: IpValue, b: IpValue) => a.address.toNormalizedString() === b.address.toNormalizedString());
}

function registerRanges(environment: Environment): void {
  environment
    .registerType('net.CIDR', { ctor: CidrValue, fields: {} })
    .registerFunction('cidr(string): net.CIDR', (text: string) => new CidrValue(text))
    .registerFunction('isCIDR(string): bool', (text: string) => isFine(() => new CidrValue(text)))
    .registerFunction('net.CIDR.containsIP(net.IP): bool', (cidr: CidrValue, ip: IpValue) => cidr.contains(ip.address))
    .registerFunction('net.CIDR.containsIP(string): bool', (cidr: CidrValue, ip: string) => cidr.contains(new IpValue(ip).address))
    .registerFunction('net.CIDR.prefixLength(): int', ({ range }: CidrValue) => BigInt(range[1]))
    .registerFunction('net.CIDR.ip(): net.IP', ({ range }: CidrValue) => new IpValue(range[0].toString()))
    .registerFunction('string(net.CIDR): string', ({ text }: CidrValue) => text);
}

function registerUrls(environment: Environment): void {
  const part = (read: (url: URL) => string) => ({ url, isAbsolute }: UrlValue): string => (isAbsolute ? read(url) : '');
  environment
    .registerType('kubernetes.URL', { ctor: UrlValue, fields: {} })
    .registerFunction('url(string): kubernetes.URL', (text: string) => new UrlValue(text))
    .registerFunction('isURL(string): bool', (text: string) => isFine(() => new UrlValue(text)))
    .registerFunction('kubernetes.URL.getScheme(): string', part(({ protocol }) => protocol.replace(/:$/, '')))
    .registerFunction('kubernetes.URL.getHost(): string', part(({ host }) => host))
    .registerFunction('kubernetes.URL.getHostname(): string', part(({ hostname }) => hostname.replace(/^\[|\]$/g, '')))
    .registerFunction('kubernetes.URL.getPort(): string', part(({ port }) => port))
    .registerFunction('kubernetes.URL.getEscapedPath(): string', ({ url }: UrlValue) => url.pathname);
}

/** Kubernetes' ip, cidr and url libraries. */
export function registerNetworks(environment: Environment): void {
  registerAddresses(environment);
  registerRanges(environment);
  registerUrls(environment);
}
