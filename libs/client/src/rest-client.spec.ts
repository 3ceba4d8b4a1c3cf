import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resources } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';
import type { ApiClient } from './api-client';
import { createRestClient, restPath } from './rest-client';
import { withType } from './with-type';

test.each([
  ['a kind of all namespaces', resources.pods, {}, '/api/v1/pods'],
  ['of one', resources.pods, { namespace: 'a' }, '/api/v1/namespaces/a/pods'],
  ['an object', resources.leases, { namespace: 'a', name: 'b' }, '/apis/coordination.k8s.io/v1/namespaces/a/leases/b'],
  ['a subresource', resources.pods, { namespace: 'a', name: 'b', subresource: 'status' }, '/api/v1/namespaces/a/pods/b/status'],
  ['of the cluster', resources.clusterRoles, { namespace: 'ignored', name: 'system:x' }, '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Ax'],
])('path: %s', (_name, type, parts, expected) => expect(restPath(type, parts)).toBe(expected));

test.each([
  [{ metadata: { name: 'a' } }, { apiVersion: 'v1', kind: 'Pod' }],
  [{ apiVersion: 'autoscaling/v1', kind: 'Scale' }, { apiVersion: 'autoscaling/v1', kind: 'Scale' }],
])('the type of %j is told', (object, expected) => expect(withType(resources.pods, object)).toMatchObject(expected));

describe('against a server that answers as told', () => {
  let server: Server;
  let client: ApiClient;
  let answer: (response: ServerResponse, url: string) => void;

  beforeAll(async () => {
    server = createServer((request, response) => answer(response, request.url ?? ''));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = createRestClient({ access: { server: url, grpcServer: '' }, userAgent: 'test' });
  });
  afterAll(() => {
    client.close();
    server.close();
  });

  test('a Status becomes the ApiError that it was', async () => {
    const { status } = apiErrors.notFound({ group: '', resource: 'pods', name: 'a' });
    answer = (response) => response.writeHead(404).end(JSON.stringify(status));
    await expect(client.resource(resources.pods).get('a', { namespace: 'default' })).rejects.toMatchObject({ status });
  });

  test('what is no Status says nothing about the object', async () => {
    answer = (response) => response.writeHead(404).end('<html>proxy</html>');
    await expect(client.resource(resources.pods).get('a')).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
    answer = (response) => response.destroy();
    await expect(client.resource(resources.pods).get('a')).rejects.toMatchObject({ reason: 'ServiceUnavailable' });
  });

  test('a watch gives events, however the bytes are cut', async () => {
    const event = (name: string): string => `${JSON.stringify({ type: 'ADDED', object: { metadata: { name } } })}\n`;
    answer = (response, url) => {
      expect(url).toBe('/api/v1/namespaces/default/pods?resourceVersion=7&watch=true');
      const all = Buffer.from(event('ä') + event('b'));
      const cut = all.indexOf('ä') + 1;
      response.write(all.subarray(0, cut));
      setTimeout(() => response.end(all.subarray(cut)), 20);
    };
    const names: (string | undefined)[] = [];
    for await (const batch of client.resource(resources.pods).watch({ namespace: 'default', resourceVersion: '7' })) names.push(...batch.map(({ object }) => object.metadata?.name));
    expect(names).toEqual(['ä', 'b']);
  });

  test('an ERROR event is thrown', async () => {
    const { status } = apiErrors.expired('too old resource version');
    answer = (response) => response.end(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
    await expect(client.resource(resources.pods).watch()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ reason: 'Expired' });
  });

  test('an aborted watch ends without an error', async () => {
    const end = new AbortController();
    answer = (response) => {
      response.flushHeaders();
      setTimeout(() => end.abort(), 20);
    };
    for await (const batch of client.resource(resources.pods).watch({ signal: end.signal })) expect(batch).toEqual([]);
    expect(end.signal.aborted).toBe(true);
  });
});
