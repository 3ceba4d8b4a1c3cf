import type { ChannelCredentials, ChannelOptions } from '@grpc/grpc-js';
import { credentials } from '@grpc/grpc-js';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { TlsMaterial } from './tls';

/** Sent as the server's name when we know only its address: RFC 6066 section 3 allows no addresses there. */
const nameOfAddresses = 'kubernetes';

/**
 * Credentials and options of a channel to `address` (`host:port`): TLS when an authority is given, with our certificate
 * if there is one. The server's certificate must be for the host, which may be an IP address.
 */
export function secureChannel(address: string, { ca, cert, key }: TlsMaterial): { credentials: ChannelCredentials; options: ChannelOptions } {
  if (!ca) return { credentials: credentials.createInsecure(), options: {} };
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const [ownKey, ownCert] = cert && key ? [key, cert] : [null, null];
  if (!isIP(host)) return { credentials: credentials.createSsl(ca, ownKey, ownCert), options: {} };
  const verify = { checkServerIdentity: (_name: string, peer: Parameters<typeof checkServerIdentity>[1]) => checkServerIdentity(host, peer) };
  return { credentials: credentials.createSsl(ca, ownKey, ownCert, verify), options: { 'grpc.ssl_target_name_override': nameOfAddresses } };
}
