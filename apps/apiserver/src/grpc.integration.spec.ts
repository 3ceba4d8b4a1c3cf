import { resources, type Pod } from '@typernetes/api';
import { createGrpcClient, type ApiClient, type WatchEvent } from '@typernetes/client';
import type { KubernetesObject } from '@typernetes/machinery';
import { startTestApi, type TestApi } from './testing/start-test-api';

type PodObject = KubernetesObject & Pod;

let api: TestApi;
let client: ApiClient;

beforeAll(async () => {
  api = await startTestApi();
  const { admin, caCert, running } = api;
  client = createGrpcClient({
    access: {
      server: `https://127.0.0.1:${running.securePort}`,
      grpcServer: `127.0.0.1:${running.grpcPort}`,
      ca: Buffer.from(caCert),
      cert: Buffer.from(admin.cert),
      key: Buffer.from(admin.key),
    },
    userAgent: 'test',
  });
  await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } });
}, 60_000);
afterAll(async () => {
  client.close();
  await api.stop();
});

const pod = (name: string): PodObject => ({ kind: 'Pod', apiVersion: 'v1', metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }] } }) as PodObject;

describe('the gRPC door', () => {
  it('does all verbs', async () => {
    const pods = client.resource(resources.pods);
    const created = await pods.create(pod('a'));
    expect(created.metadata?.uid).toBeDefined();
    expect(await pods.get('a', { namespace: 'default' })).toEqual(created);
    const running = await pods.updateStatus({ ...created, status: { ...created.status, phase: 'Running' } });
    expect(running.status?.phase).toBe('Running');
    const patched = await pods.patch('a', { metadata: { labels: { x: 'y' } } }, { namespace: 'default', type: 'application/merge-patch+json' });
    expect(patched.metadata?.labels).toEqual({ x: 'y' });
    const listed = await pods.list({ labelSelector: 'x=y' });
    expect(listed.items.map(({ metadata }) => metadata?.name)).toEqual(['a']);
    await pods.createSubresource('a', 'binding', { metadata: { name: 'a' }, target: { kind: 'Node', name: 'n' } } as KubernetesObject, { namespace: 'default' });
    expect((await pods.get('a', { namespace: 'default' })).spec?.nodeName).toBe('n');
    await pods.delete('a', { namespace: 'default', gracePeriodSeconds: 0 });
    await expect(pods.get('a', { namespace: 'default' })).rejects.toMatchObject({ reason: 'NotFound', status: { message: 'pods "a" not found' } });
  });

  it('writes a subresource of another kind', async () => {
    const sets = client.resource(resources.replicaSets);
    const template = { metadata: { labels: { a: 'b' } }, spec: pod('x').spec };
    await sets.create({ metadata: { name: 'scaled', namespace: 'default' }, spec: { selector: { matchLabels: { a: 'b' } }, template } });
    const scale = await sets.get('scaled', { namespace: 'default', subresource: 'scale' });
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 } });
    await sets.update({ ...scale, spec: { ...scale.spec, replicas: 3 } } as typeof scale, { subresource: 'scale' });
    expect((await sets.get('scaled', { namespace: 'default' })).spec?.replicas).toBe(3);
  });

  it('carries whole Statuses', async () => {
    const pods = client.resource(resources.pods);
    await pods.create(pod('twice'));
    await expect(pods.create(pod('twice'))).rejects.toMatchObject({ status: { code: 409, reason: 'AlreadyExists', details: { name: 'twice', kind: 'pods' } } });
    await expect(pods.create(pod('Bad_Name'))).rejects.toMatchObject({ status: { code: 422, details: { causes: [{ field: 'metadata.name' }] } } });
  });

  it('lists a thousand objects in batches', async () => {
    const configMaps = client.resource(resources.configMaps);
    await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        configMaps.create({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: `m${i}`, namespace: 'default' }, data: { text: 'x'.repeat(1_000) } }),
      ),
    );
    expect((await configMaps.list({ namespace: 'default' })).items).toHaveLength(1_000);
  }, 30_000);

  it('watches by field, and ends when told', async () => {
    const pods = client.resource(resources.pods);
    const list = await pods.list();
    const aborter = new AbortController();
    const seen: WatchEvent<PodObject>[] = [];
    const watching = (async () => {
      for await (const batch of pods.watch({ fieldSelector: 'spec.nodeName=n7', resourceVersion: list.metadata.resourceVersion, signal: aborter.signal })) {
        seen.push(...(batch as WatchEvent<PodObject>[]));
        if (seen.length === 2) return;
      }
    })();
    await pods.create(pod('w1'));
    await pods.create(pod('w2'));
    const bind = (name: string): Promise<unknown> => pods.createSubresource(name, 'binding', { metadata: { name }, target: { kind: 'Node', name: 'n7' } } as KubernetesObject, { namespace: 'default' });
    await bind('w2');
    await pods.delete('w2', { namespace: 'default', gracePeriodSeconds: 0 });
    await watching;
    aborter.abort();
    expect(seen.map(({ type, object }) => `${type} ${object.metadata?.name}`)).toEqual(['ADDED w2', 'DELETED w2']);
  });

  it('is found again after a restart, and answers Expired for a watch from before it', async () => {
    await api.restart();
    await client.resource(resources.pods).list();
    const next = client.resource(resources.pods).watch({ resourceVersion: '1' })[Symbol.asyncIterator]().next();
    await expect(next).rejects.toMatchObject({ reason: 'Expired' });
  });
});
