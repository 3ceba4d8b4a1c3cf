import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { startTestApi, type TestApi } from '../testing/start-test-api';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { decodeProtobuf, openEnvelope } from './decode';
import { encodeMessage, envelopeOf } from './encode';

// For loaded machines.
jest.setTimeout(60_000);

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.stop());

const protobuf = 'application/vnd.kubernetes.protobuf';
const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const configMap = 'io.k8s.api.core.v1.ConfigMap';

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: Buffer;
}

function open(method: string, path: string, { body, accept = protobuf }: { body?: Buffer; accept?: string } = {}): Promise<IncomingMessage> {
  const { admin, caCert, running } = api;
  return new Promise((resolve, reject) => {
    const headers = { accept, ...(body ? { 'content-type': protobuf } : {}) };
    const request = httpsRequest({ host: '127.0.0.1', port: running.securePort, method, path, ca: caCert, cert: admin.cert, key: admin.key, agent: false, headers }, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function send(...parameters: Parameters<typeof open>): Promise<Answer> {
  const response = await open(...parameters);
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { code: response.statusCode ?? 0, type: String(response.headers['content-type']), body: Buffer.concat(chunks) };
}

const encode = (definition: string, object: { apiVersion: string; kind: string }): Buffer => {
  const message = encodeMessage(definition, object);
  return Buffer.concat([envelopeOf(object, message.length), message]);
};

it('takes and gives objects; JSON shows the same', async () => {
  const sent = encode(configMap, { apiVersion: 'v1', kind: 'ConfigMap', ...{ metadata: { name: 'wire' }, data: { a: 'b' } } });
  const created = await send('POST', configMaps, { body: sent });
  expect([created.code, created.type]).toEqual([201, protobuf]);
  const object = decodeProtobuf(configMap, openEnvelope(created.body));
  expect(object).toEqual((await api.call('GET', `${configMaps}/wire`)).json);
  const { body } = await send('GET', `${configMaps}/wire`, { accept: `${protobuf},application/json` });
  expect(decodeProtobuf(configMap, openEnvelope(body))).toEqual(object);
});

it('gives lists, and PartialObjectMetadata', async () => {
  const items = (body: Buffer): { type: { apiVersion: string; kind: string }; names: string[]; version: string } => {
    const { raw, ...type } = openEnvelope(body);
    const reader = new BinaryReader(raw);
    const names: string[] = [];
    let version = '';
    while (reader.pos < reader.len) {
      const [number] = reader.tag();
      const bytes = reader.bytes();
      if (number === 2) names.push(decodeProtobuf(configMap, { ...type, raw: bytes }).metadata?.name ?? '');
      else version = String(decodeProtobuf('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta', { ...type, raw: bytes } as never)['resourceVersion' as never]);
    }
    return { type, names, version };
  };
  await api.call('POST', configMaps, { body: { metadata: { name: 'listed', labels: { l: '1' } } } });
  const path = `${configMaps}?labelSelector=l`;
  const list = items((await send('GET', path)).body);
  expect(list).toEqual({ type: { apiVersion: 'v1', kind: 'ConfigMapList' }, names: ['listed'], version: expect.stringMatching(/^\d+$/) });
  const partial = await send('GET', path, { accept: `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1` });
  expect(items(partial.body)).toMatchObject({ type: { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList' }, names: ['listed'] });
});

it('watches in frames', async () => {
  const response = await open('GET', `${configMaps}?watch=true&resourceVersion=0&labelSelector=framed`);
  expect(response.headers['content-type']).toBe(`${protobuf};stream=watch`);
  await api.call('POST', configMaps, { body: { metadata: { name: 'framed', labels: { framed: '1' } } } });
  let received = Buffer.alloc(0);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, chunk]);
    if (received.length >= 4 && received.length >= 4 + received.readUInt32BE()) break;
  }
  response.destroy();
  const reader = new BinaryReader(received.subarray(4, 4 + received.readUInt32BE()));
  expect([reader.tag()[0], reader.string(), reader.tag()[0]]).toEqual([1, 'ADDED', 2]);
  const extension = new BinaryReader(reader.bytes());
  extension.tag();
  expect(decodeProtobuf(configMap, openEnvelope(Buffer.from(extension.bytes()))).metadata?.name).toBe('framed');
});

it('takes whole pods; what is false or zero by nature is not stored', async () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'wired' },
    spec: { hostNetwork: false, terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i', stdin: false, ports: [{ containerPort: 80, hostPort: 0 }], securityContext: { runAsNonRoot: false } }] },
  };
  expect((await send('POST', pods, { body: encode('io.k8s.api.core.v1.Pod', pod) })).code).toBe(201);
  const { json } = await api.call('GET', `${pods}/wired`);
  expect(json['spec']).toMatchObject({ terminationGracePeriodSeconds: 0, containers: [{ securityContext: { runAsNonRoot: false }, ports: [{ containerPort: 80, protocol: 'TCP' }] }] });
  expect(json['spec']).not.toHaveProperty('hostNetwork');
});

it('answers errors as JSON, which clients tell by the content type', async () => {
  const answer = await send('GET', `${configMaps}/nope`);
  expect([answer.code, answer.type, (JSON.parse(answer.body.toString()) as { reason: string }).reason]).toEqual([404, 'application/json', 'NotFound']);
});

it('serves typed commands of kubectl', async () => {
  const ok = { code: 0, stderr: '' };
  expect(await api.kubectl(['create', 'namespace', 'typed'])).toMatchObject({ ...ok, stdout: 'namespace/typed created\n' });
  expect(await api.kubectl(['create', 'configmap', 'typed', '--from-literal=a=b'])).toMatchObject({ ...ok, stdout: 'configmap/typed created\n' });
  expect(await api.kubectl(['create', 'service', 'clusterip', 'typed', '--tcp=80:8080'])).toMatchObject({ ...ok, stdout: 'service/typed created\n' });
  expect(await api.kubectl(['create', 'token', 'default'])).toMatchObject({ ...ok, stdout: expect.stringMatching(/^ey/) });
  expect(await api.kubectl(['auth', 'can-i', 'list', 'pods'])).toMatchObject({ ...ok, stdout: 'yes\n' });
  expect(await api.kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'])).toMatchObject({ ...ok, stdout: 'kubernetes-admin' });
  const described = await api.kubectl(['describe', 'pod', 'wired']);
  expect([described.code, described.stdout]).toEqual([0, expect.stringMatching(/Name:\s+wired[\s\S]*Port:\s+80\/TCP/)]);
  expect((await api.kubectl(['describe', 'service', 'typed'])).stdout).toMatch(/Port:\s+80-8080\s+80\/TCP\nTargetPort:\s+8080\/TCP/);
}, 60_000);
