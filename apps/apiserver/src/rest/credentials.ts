import type { Socket } from 'node:net';
import { TLSSocket, type PeerCertificate } from 'node:tls';
import type { Credentials } from '../pipeline/authenticator';
import { headerOf, type HttpRequest } from './exchange';
import { impersonationOf } from './impersonation';

/** Parsing a certificate costs more than a request; it is the same for a connection's life. */
const certificates = new WeakMap<Socket, PeerCertificate | undefined>();

/** The verified client certificate of a connection. */
export function certificateOf(socket: Socket): PeerCertificate | undefined {
  if (certificates.has(socket)) return certificates.get(socket);
  const certificate = socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate() : undefined;
  const known = certificate?.subject ? certificate : undefined;
  certificates.set(socket, known);
  return known;
}

/** What a request shows of its sender. */
export function credentialsOf(request: HttpRequest): Credentials {
  const socket = 'stream' in request ? request.stream.session?.socket : request.socket;
  const peerCertificate = socket && certificateOf(socket as Socket);
  const bearerToken = /^bearer\s+(\S+)\s*$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
  const impersonate = impersonationOf(request);
  return { ...(peerCertificate ? { peerCertificate } : {}), ...(bearerToken ? { bearerToken } : {}), ...(impersonate ? { impersonate } : {}) };
}
