import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { CustomResourceDefinition } from '@typernetes/api';
import { systemClock, type KubernetesObject } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { openWatch } from '../testing/open-watch';
import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';
import { definitionOf, definitionsPath, install } from './testing/definitions';

jest.setTimeout(120_000);

interface Review {
  request: { uid: string; desiredAPIVersion: string; objects: (KubernetesObject & { hostPort?: string; host?: string; port?: string })[] };
}

/** v1 has `hostPort`, v2 `host` and `port`. */
function convert({ request: { uid, desiredAPIVersion, objects } }: Review): unknown {
  const convertedObjects = objects.map(({ hostPort, host, port, ...rest }) => {
    if (desiredAPIVersion.endsWith('/v1')) return { ...rest, apiVersion: desiredAPIVersion, hostPort: hostPort ?? `${host}:${port}` };
    const [first, second] = hostPort?.split(':') ?? [host, port];
    return { ...rest, apiVersion: desiredAPIVersion, host: first, port: second };
  });
  return { kind: 'ConversionReview', apiVersion: 'apiextensions.k8s.io/v1', response: { uid, result: { status: 'Success' }, convertedObjects } };
}

describe('a conversion webhook', () => {
  let api: TestApi;
  let webhook: Server;
  let caBundle = '';
  let asked = 0;
  let isBroken = false;
  const path = (version: string, name = ''): string => `/apis/example.com/${version}/namespaces/default/peers${name && `/${name}`}`;
  const peer = (version: string, name: string, rest: object): object => ({ apiVersion: `example.com/${version}`, kind: 'Peer', metadata: { name }, ...rest });
  const get = async (url: string): Promise<HttpAnswer['json']> => (await api.call('GET', url)).json;

  beforeAll(async () => {
    const nowMs = systemClock.now();
    const ca = createCertificateAuthority('webhook-ca', nowMs, 1);
    const certificate = issueCertificate(ca, { commonName: 'webhook', nowMs, validForDays: 1, usages: ['server'], hosts: ['127.0.0.1', 'localhost'] });
    caBundle = Buffer.from(ca.cert).toString('base64');
    webhook = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        asked++;
        response.statusCode = isBroken ? 500 : 200;
        response.end(JSON.stringify(convert(JSON.parse(Buffer.concat(chunks).toString()) as Review)));
      });
    });
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
    api = await startTestApi();
    const text = { type: 'string' } as const;
    const definition = definitionOf('peers', {
      versions: [
        { schemaOf: { type: 'object', properties: { hostPort: text } }, selectableFields: [{ jsonPath: '.hostPort' }] },
        { schemaOf: { type: 'object', properties: { host: text, port: text } }, selectableFields: [{ jsonPath: '.host' }] },
      ],
    });
    const url = `https://localhost:${(webhook.address() as AddressInfo).port}/convert`;
    definition.spec.conversion = { strategy: 'Webhook', webhook: { clientConfig: { url, caBundle }, conversionReviewVersions: ['v1'] } };
    await install(api, definition);
  });
  afterAll(async () => {
    await api.stop();
    webhook.closeAllConnections();
    await new Promise((resolve) => webhook.close(resolve));
  });

  it('makes v2 of what was written as v1, once', async () => {
    expect((await api.call('POST', path('v1'), { body: peer('v1', 'a', { hostPort: 'localhost:1234' }) })).json).toMatchObject({ hostPort: 'localhost:1234' });
    const before = asked;
    expect(await get(path('v2', 'a'))).toMatchObject({ apiVersion: 'example.com/v2', host: 'localhost', port: '1234' });
    expect(await get(path('v2', 'a'))).toMatchObject({ host: 'localhost' });
    expect(asked).toBe(before + 1);
  });

  it('is asked in both directions when v2 is written', async () => {
    const created = await api.call('POST', path('v2'), { body: peer('v2', 'b', { host: 'b', port: '1' }) });
    expect([created.code, created.json]).toMatchObject([201, { apiVersion: 'example.com/v2', host: 'b', port: '1', metadata: { generation: 1 } }]);
    expect(await get(path('v1', 'b'))).toMatchObject({ hostPort: 'b:1' });
    const merge = { 'content-type': 'application/merge-patch+json' };
    expect((await api.call('PATCH', path('v2', 'b'), { body: { port: '2' }, headers: merge })).json).toMatchObject({ host: 'b', port: '2' });
    expect(await get(path('v1', 'b'))).toMatchObject({ hostPort: 'b:2', metadata: { generation: 2 } });
  });

  it('serves watches in each version', async () => {
    const watch = await openWatch(api, `${path('v2')}?watch=true`);
    await api.call('POST', path('v1'), { body: peer('v1', 'watched', { hostPort: 'w:1' }) });
    await api.call('DELETE', path('v1', 'watched'));
    const events = await watch.take(4);
    watch.close();
    expect(events.map(({ type, object }) => [type, object.metadata?.name, object['host']])).toEqual([
      ['ADDED', 'a', 'localhost'],
      ['ADDED', 'b', 'b'],
      ['ADDED', 'watched', 'w'],
      ['DELETED', 'watched', 'w'],
    ]);
  });

  it('makes one list of objects that are stored in two versions', async () => {
    const { spec } = (await get(`${definitionsPath}/peers.example.com`)) as unknown as CustomResourceDefinition;
    const versions = spec.versions.map((version) => ({ ...version, storage: version.name === 'v2' }));
    await api.call('PATCH', `${definitionsPath}/peers.example.com`, { body: { spec: { versions } }, headers: { 'content-type': 'application/merge-patch+json' } });
    await api.running.customKindsServed();
    await api.call('POST', path('v1'), { body: peer('v1', 'c', { hostPort: 'c:3' }) });
    expect((await get(path('v2'))).items.map((item) => [item.metadata?.name, (item as { host?: string }).host])).toEqual([['a', 'localhost'], ['b', 'b'], ['c', 'c']]);
    expect((await get(path('v1'))).items.map((item) => (item as { hostPort?: string }).hostPort)).toEqual(['localhost:1234', 'b:2', 'c:3']);
  });

  it('lets fields of each version select', async () => {
    const names = async (version: string, selector: string): Promise<unknown> => (await get(`${path(version)}?fieldSelector=${encodeURIComponent(selector)}`)).items.map(({ metadata }) => metadata?.name);
    expect([await names('v1', 'hostPort=b:2'), await names('v2', 'host=b'), await names('v2', 'host!=b,metadata.name!=c')]).toEqual([['b'], ['b'], ['a']]);
    const { resourceVersion } = (await get(path('v2'))).metadata as { resourceVersion: string };
    const watches = await Promise.all([`${path('v2')}?watch=true&fieldSelector=host%3Db`, `${path('v1')}?watch=true&resourceVersion=${resourceVersion}&fieldSelector=hostPort%3Db%3A2`].map((url) => openWatch(api, url)));
    const merge = { 'content-type': 'application/merge-patch+json' };
    await api.call('PATCH', path('v2', 'c'), { body: { host: 'b' }, headers: merge });
    await api.call('PATCH', path('v2', 'c'), { body: { host: 'b', port: '2' }, headers: merge });
    await api.call('PATCH', path('v2', 'b'), { body: { host: 'x' }, headers: merge });
    await api.call('DELETE', path('v2', 'b'));
    await api.call('DELETE', `${path('v2')}?fieldSelector=host%3Db`);
    const shown = async (index: number, count: number): Promise<string[]> => (await watches[index]?.take(count) ?? []).map(({ type, object }) => `${type} ${object.metadata?.name}`);
    expect(await shown(0, 5)).toEqual(['ADDED b', 'ADDED c', 'MODIFIED c', 'DELETED b', 'DELETED c']);
    expect(await shown(1, 3)).toEqual(['ADDED c', 'DELETED b', 'DELETED c']);
    for (const watch of watches) watch.close();
    expect((await get(path('v1'))).items.map(({ metadata }) => metadata?.name)).toEqual(['a']);
  });

  it('that fails is told to whoever needs it, and nobody else', async () => {
    isBroken = true;
    await api.call('POST', path('v2'), { body: peer('v2', 'd', { host: 'd', port: '4' }) });
    const refused = await api.call('GET', path('v1', 'd'));
    expect([refused.code, refused.json['message']]).toEqual([
      500,
      expect.stringMatching(/^Internal error occurred: conversion webhook for example\.com\/v2, Kind=Peer failed: Post "https:\/\/localhost:\d+\/convert\?timeout=30s": the server answered 500$/),
    ]);
    expect((await api.call('GET', path('v2', 'd'))).code).toBe(200);
    isBroken = false;
    expect((await api.call('GET', path('v1', 'd'))).code).toBe(200);
  });
});
