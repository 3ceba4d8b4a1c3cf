import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/** The machine's own addresses, in the system's order. */
export function hostAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address));
}

/** Reached by nobody else. */
function isLocal(address: string): boolean {
  if (!ipaddr.isValid(address)) return true;
  return ['unspecified', 'loopback'].includes(ipaddr.parse(address).range());
}

/**
 * Where others reach the apiserver: what the flag says, else the address it listens on, else (all or loopback) the
 * machine's first one. Undefined: nowhere.
 */
export function advertisedAddress(flags: { advertiseAddress?: string | undefined; bindAddress: string }, host: readonly string[]): string | undefined {
  return [flags.advertiseAddress ?? '', flags.bindAddress, ...host].find((address) => !isLocal(address));
}
