import type { OutgoingHttpHeaders } from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import ipaddr from 'ipaddr.js';
import { dialErrorText } from '@typernetes/component';
import { apiErrors, type Random } from '@typernetes/machinery';
import type { StreamingDependencies } from '../streaming/pod-target';

/** Where a proxied request goes. */
export interface Backend {
  /** `10.244.1.5:8080` */
  readonly authority: string;
  /** Changes the headers of a request before it is sent. */
  readonly adjustHeaders?: (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders;
  /** A new connection; errors come from the stream. */
  connect(): Duplex;
}

/** What finding a backend works with. */
export interface ProxyDependencies extends StreamingDependencies {
  readonly random: Random;
}

/** A host and a port in one text. */
export const joinHostPort = (host: string, port: string | number): string => (net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`);

/** Loopback, link-local and multicast addresses would lead into the apiserver's own machine. @throws ApiError BadRequest */
export function checkProxyable(address: string): void {
  if (!ipaddr.isValid(address)) throw apiErrors.badRequest('address not allowed');
  const range = ipaddr.process(address).range();
  if (['loopback', 'linkLocal', 'multicast', 'unspecified', 'broadcast'].includes(range)) throw apiErrors.badRequest('address not allowed');
}

/** @throws ApiError BadRequest for what is no port number */
export function portNumber(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (port >= 1 && port <= 65_535) return port;
  throw apiErrors.serviceUnavailable(`error trying to reach service: dial tcp: lookup tcp/${text}: unknown port`);
}

/** A TCP connection of the apiserver's own. */
export function dial(host: string, port: number): Duplex {
  const socket = net.connect({ host, port, noDelay: true });
  socket.prependListener('error', (error: NodeJS.ErrnoException) => (error.message = dialErrorText(error, joinHostPort(host, port))));
  return socket;
}

/** TLS that proves nothing: backends of pods and Services have certificates of their own making, as upstream takes them. */
export const overTls = (socket: Duplex): Duplex => tls.connect({ socket, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
