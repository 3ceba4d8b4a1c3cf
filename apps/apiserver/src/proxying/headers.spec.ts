import { backendHeaders, clientHeaders } from './headers';

const forwarded = { client: '172.30.0.1', host: 'api:6443', uri: '/api/v1/namespaces/ns/pods/web/proxy/x' };

describe('backendHeaders', () => {
  it('keeps what is the backend’s and tells where it came from', () => {
    expect(backendHeaders({ accept: '*/*', cookie: 'a=b', host: 'api:6443' }, forwarded)).toEqual({
      accept: '*/*',
      cookie: 'a=b',
      host: 'api:6443',
      'x-forwarded-for': '172.30.0.1',
      'x-forwarded-uri': forwarded.uri,
      'x-forwarded-host': 'api:6443',
      'x-forwarded-proto': 'https',
    });
  });

  it.each(['authorization', 'impersonate-user', 'impersonate-group', 'impersonate-extra-scopes', 'connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade', 'proxy-authorization', ':path', 'x-mine'])('keeps %s to itself', (name) => {
    expect(backendHeaders({ connection: 'close, X-Mine', [name]: 'secret' }, forwarded)).not.toHaveProperty([name]);
  });

  it('appends to the chain of proxies', () => {
    expect(backendHeaders({ 'x-forwarded-for': '192.0.2.1' }, forwarded)).toMatchObject({ 'x-forwarded-for': '192.0.2.1, 172.30.0.1' });
  });

  it('lets an upgrade through, without the token that came as a protocol', () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'k', 'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io.c2VjcmV0, chat' };
    expect(backendHeaders(headers, forwarded, true)).toMatchObject({ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'k', 'sec-websocket-protocol': 'chat' });
  });
});

describe('clientHeaders', () => {
  it('opens the API to no other origin', () => {
    const headers = { 'content-type': 'text/plain', 'set-cookie': ['a=b', 'c=d'], 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true', connection: 'close', 'transfer-encoding': 'chunked' };
    expect(clientHeaders(headers)).toEqual({ 'content-type': 'text/plain', 'set-cookie': ['a=b', 'c=d'] });
  });
});
