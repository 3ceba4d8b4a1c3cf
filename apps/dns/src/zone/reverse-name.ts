import ipaddr from 'ipaddr.js';

/**
 * The address that a reverse name stands for (RFC 1035 section 3.5, RFC 3596 section 2.5), in canonical form, or
 * undefined when the name is no complete reverse name.
 */
export function addressOfReverseName(name: string): string | undefined {
  if (name.endsWith('.in-addr.arpa')) {
    const octets = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse();
    const address = octets.join('.');
    return octets.length === 4 && ipaddr.IPv4.isValidFourPartDecimal(address) ? address : undefined;
  }
  if (name.endsWith('.ip6.arpa')) {
    const nibbles = name.slice(0, -'.ip6.arpa'.length).split('.').reverse();
    if (nibbles.length !== 32 || !nibbles.every((nibble) => /^[0-9a-f]$/.test(nibble))) return undefined;
    const groups = nibbles.join('').match(/.{4}/g) ?? [];
    return ipaddr.IPv6.parse(groups.join(':')).toString();
  }
  return undefined;
}

export function isReverseName(name: string): boolean {
  return /(^|\.)(in-addr|ip6)\.arpa$/.test(name);
}
