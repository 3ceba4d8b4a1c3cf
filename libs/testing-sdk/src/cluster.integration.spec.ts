import { KubeConfig, CoreV1Api, makeInformer, type V1ConfigMap } from '@kubernetes/client-node-v1';
import { startCluster } from './start-cluster';
import type { ApiObject, TestCluster } from './types';

jest.setTimeout(120_000);

const configMap = (name: string, data: Record<string, string> = {}): ApiObject & { data: Record<string, string> } => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data });
const named = (name: string): { apiVersion: string; kind: string; metadata: { name: string; namespace: string } } => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });

let cluster: TestCluster;
let core: CoreV1Api;
beforeEach(async () => {
  cluster = await startCluster();
  core = cluster.kubeConfig(KubeConfig).makeApiClient(CoreV1Api);
});
afterEach(() => cluster.stop());

it('is a whole cluster: what is applied runs, and clients see it', async () => {
  const manifest = `
apiVersion: v1
kind: ReplicationController
metadata: { name: web, namespace: default }
spec:
  replicas: 2
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: nginx }] } }
`;
  const [applied] = await cluster.apply(manifest);
  expect(applied?.metadata?.uid).toBeDefined();
  await cluster.waitFor({ apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: 'web' } }, ({ status }) => (status as { readyReplicas?: number }).readyReplicas === 2);
  const { items } = await core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=web' });
  expect(items.map(({ spec }) => spec?.nodeName)).toEqual(['node-1', 'node-1']);
});

it('is as at its start again for the next test, and keeps its address', async () => {
  await cluster.objects.create(configMap('left-behind'));
  await cluster.objects.patch({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } }, { metadata: { labels: { changed: 'yes' } } });
  await cluster.objects.delete(named('kube-root-ca.crt'));
  const { server } = cluster;
  await cluster.stop();
  const next = await startCluster();
  expect(next.server).toBe(server);
  expect((await next.objects.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'default' })).map(({ metadata }) => metadata?.name)).toEqual(['kube-root-ca.crt']);
  expect((await next.objects.get({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } })).metadata?.labels).not.toHaveProperty('changed');
  await next.stop();
});

it('goes back to a snapshot, and watchers see how', async () => {
  await cluster.objects.create(configMap('kept', { a: '1' }));
  const snapshot = await cluster.snapshot();
  const seen: string[] = [];
  const informer = makeInformer<V1ConfigMap>(cluster.kubeConfig(KubeConfig), '/api/v1/namespaces/default/configmaps', () => core.listNamespacedConfigMap({ namespace: 'default' }));
  for (const event of ['add', 'update', 'delete'] as const) informer.on(event, ({ metadata }) => void seen.push(`${event} ${metadata?.name}`));
  await informer.start();
  await cluster.objects.patch(named('kept'), { data: { a: '2' } });
  await cluster.objects.create(configMap('new'));
  await cluster.reset(snapshot);
  expect(await cluster.objects.get(named('kept'))).toMatchObject({ data: { a: '1' } });
  for (let i = 0; i < 3_000 && !seen.includes('delete new'); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(seen).toEqual(['add kept', 'add kube-root-ca.crt', 'update kept', 'add new', 'delete new', 'update kept'].map((line) => expect.stringMatching(`^(?:${line}|delete new|update kept)$`)));
  await informer.stop();
});

describe('faults', () => {
  it('refuse one update as stale; the second try is taken', async () => {
    await core.createNamespacedConfigMap({ namespace: 'default', body: configMap('shared') as V1ConfigMap });
    cluster.faults.conflictOnce({ resource: 'configmaps', name: 'shared' });
    const body = { ...configMap('shared', { a: '1' }) } as V1ConfigMap;
    await expect(core.replaceNamespacedConfigMap({ name: 'shared', namespace: 'default', body })).rejects.toMatchObject({ code: 409 });
    expect(await core.replaceNamespacedConfigMap({ name: 'shared', namespace: 'default', body })).toMatchObject({ data: { a: '1' } });
  });

  it('give any code so many times, and are healed', async () => {
    cluster.faults.fail({ verb: 'get', resource: 'configmaps' }, { code: 503, times: 2 });
    const heal = cluster.faults.fail({ verb: 'list', resource: 'secrets' }, { code: 429, message: 'slowly', times: 100 });
    const get = (): Promise<unknown> => core.readNamespacedConfigMap({ name: 'kube-root-ca.crt', namespace: 'default' });
    await expect(get()).rejects.toMatchObject({ code: 503 });
    await expect(get()).rejects.toMatchObject({ code: 503 });
    await expect(get()).resolves.toBeDefined();
    await expect(core.listNamespacedSecret({ namespace: 'default' })).rejects.toMatchObject({ code: 429, body: expect.stringContaining('slowly') });
    heal();
    await expect(core.listNamespacedSecret({ namespace: 'default' })).resolves.toBeDefined();
  });

  it('break watches and restart the server under an informer, which still sees everything', async () => {
    const config = cluster.kubeConfig(KubeConfig);
    const informer = makeInformer<V1ConfigMap>(config, '/api/v1/namespaces/default/configmaps', () => core.listNamespacedConfigMap({ namespace: 'default' }));
    let isOver = false;
    informer.on('error', () => void (isOver || informer.start()));
    await informer.start();
    const sees = async (name: string): Promise<void> => {
      await cluster.objects.create(configMap(name));
      for (let i = 0; i < 3_000 && !informer.get(name, 'default'); i++) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(informer.get(name, 'default')).toBeDefined();
    };
    await sees('before');
    expect(cluster.faults.dropWatches({ resource: 'configmaps' })).toBe(1);
    await sees('after-drop');
    for (let i = 0; i < 3_000 && cluster.faults.expireWatches({ resource: 'configmaps' }) === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    await sees('after-410');
    await cluster.faults.restartApiserver();
    await sees('after-restart');
    isOver = true;
    await informer.stop();
  });
});

it('time goes on at will: back-offs end, events go, and nodes stay Ready', async () => {
  const crashing = { 'simulate.typernetes.io/run-for': '1ms', 'simulate.typernetes.io/exit-code': '1' };
  await cluster.objects.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'crash', namespace: 'default', annotations: crashing }, spec: { containers: [{ name: 'c', image: 'x' }] } });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'crash' } };
  interface Status extends ApiObject {
    status: { containerStatuses?: { restartCount: number }[] };
  }
  await cluster.waitFor<Status>(pod, ({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) >= 1);
  const before = cluster.clock.now();
  await cluster.clock.advance('10m');
  expect(cluster.clock.now() - before).toBeGreaterThanOrEqual(600_000);
  // 10, 20, 40, 80, 160 and 300 s of back-off fit into ten minutes.
  expect((await cluster.objects.get<Status>(pod)).status.containerStatuses?.[0]?.restartCount).toBeGreaterThanOrEqual(5);
  const node = await cluster.objects.get<ApiObject & { status: { conditions: { type: string; status: string }[] } }>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
  expect(node.status.conditions.find(({ type }) => type === 'Ready')?.status).toBe('True');
  expect((await cluster.objects.list({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' })).length).toBeGreaterThan(0);
  await cluster.objects.delete(pod, { gracePeriodSeconds: 0 });
  await cluster.clock.advance('61m');
  expect(await cluster.objects.list({ apiVersion: 'v1', kind: 'Event' }, { namespace: 'default' })).toEqual([]);
});

it('remembers who asked what', async () => {
  cluster.requests.clear();
  await core.createNamespacedConfigMap({ namespace: 'default', body: configMap('one', { a: '1' }) as V1ConfigMap });
  await core.readNamespacedConfigMap({ namespace: 'default', name: 'none' }).catch(() => undefined);
  expect(cluster.requests.list({ resource: 'configmaps', user: 'kubernetes-admin' })).toMatchObject([
    { verb: 'create', namespace: 'default', code: 201, body: { data: { a: '1' } } },
    { verb: 'get', name: 'none', code: 404, reason: 'NotFound' },
  ]);
});

it('says what is wrong with what it is given', async () => {
  await expect(cluster.apply('kind: Foo\nmetadata: {}\n')).rejects.toThrow('the text given: an object has no apiVersion or no kind');
  await expect(cluster.apply('a: [\n')).rejects.toThrow(/^the text given: /);
  await expect(cluster.apply({ apiVersion: 'example.com/v1', kind: 'Foo', metadata: { name: 'a' } })).rejects.toThrow('no matches for kind "Foo" in version "example.com/v1"');
  await expect(cluster.waitFor(named('never'), 'Exists', { timeout: 50 })).rejects.toThrow('ConfigMap never: Exists does not hold within 50 ms; it does not exist');
  await expect(cluster.reset({ objects: 0 })).rejects.toThrow('not a snapshot of this cluster');
});
