import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Of one connection, never passed on (RFC 9110, 7.6.1), beside those that `Connection` names. */
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings']);

/** For the apiserver alone: a backend that saw them could act as the user. */
const isCredential = (name: string): boolean => name === 'authorization' || name.startsWith('impersonate-');

/** Answers come from the apiserver's address: what a backend allows other origins would open the API to them. */
const crossOrigin = /^access-control-(allow-(origin|methods|headers|credentials)|expose-headers)$/;

const tokenProtocol = /^base64url\.bearer\.authorization\.k8s\.io\./;

/** What the backend is told about the request that came in. */
export interface Forwarded {
  /** Address of the client. */
  readonly client: string;
  readonly host: string;
  /** The URL's path as the client sees it. */
  readonly uri: string;
}

function connectionNames(headers: IncomingHttpHeaders): Set<string> {
  return new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

/** Headers for the backend. `upgrades`: the connection is to become another protocol's. */
export function backendHeaders(headers: IncomingHttpHeaders, { client, host, uri }: Forwarded, upgrades = false): OutgoingHttpHeaders {
  const named = connectionNames(headers);
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith(':') && !hopByHop.has(name) && !named.has(name) && !isCredential(name) && name !== 'expect');
  const protocols = headers['sec-websocket-protocol']?.split(',').map((each) => each.trim()).filter((each) => !tokenProtocol.test(each)).join(', ');
  const known = headers['x-forwarded-for'];
  return {
    ...Object.fromEntries(kept),
    ...(headers['sec-websocket-protocol'] === undefined ? {} : { 'sec-websocket-protocol': protocols || undefined }),
    host,
    'x-forwarded-for': known ? `${String(known)}, ${client}` : client,
    ...(upgrades ? { connection: 'Upgrade', upgrade: headers.upgrade } : { 'x-forwarded-uri': uri, 'x-forwarded-host': host, 'x-forwarded-proto': 'https' }),
  };
}

/** Headers of the backend's answer for the client. */
export function clientHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = connectionNames(headers);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.has(name) && !crossOrigin.test(name)));
}
