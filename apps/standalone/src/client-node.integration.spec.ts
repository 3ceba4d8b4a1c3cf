import { PassThrough } from 'node:stream';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CoreV1Api, Exec, KubeConfig, KubernetesObjectApi, Log, makeInformer, PatchStrategy, type V1ConfigMap, type V1Status } from '@kubernetes/client-node-v1';
import { resources } from '@typernetes/api';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

/** The official client for JavaScript. */
let cluster: TestCluster;
const config = new KubeConfig();

beforeAll(async () => {
  cluster = await startTestCluster(1);
  config.loadFromString(await readFile(path.join(cluster.directory, 'kubeconfig'), 'utf8'));
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

test('an informer knows what is there, what comes, changes and goes', async () => {
  const namespace = await cluster.newNamespace('informer');
  const core = config.makeApiClient(CoreV1Api);
  const body = (name: string, value: string): V1ConfigMap => ({ metadata: { name, labels: { watched: 'yes' } }, data: { value } });
  await core.createNamespacedConfigMap({ namespace, body: body('before', 'a') });
  const seen: string[] = [];
  const informer = makeInformer<V1ConfigMap>(config, `/api/v1/namespaces/${namespace}/configmaps`, () => core.listNamespacedConfigMap({ namespace, labelSelector: 'watched=yes' }), 'watched=yes');
  for (const event of ['add', 'update', 'delete'] as const) informer.on(event, ({ metadata, data }) => seen.push(`${event} ${metadata?.name} ${data?.['value']}`));
  // A watch that is cut by `stop` is no failure of the test.
  informer.on('error', () => undefined);
  await informer.start();
  try {
    await core.createNamespacedConfigMap({ namespace, body: body('later', 'b') });
    await core.replaceNamespacedConfigMap({ namespace, name: 'later', body: body('later', 'c') });
    await core.deleteNamespacedConfigMap({ namespace, name: 'later' });
    await eventually('all events', async () => seen.length >= 4);
    expect(seen).toEqual(['add before a', 'add later b', 'update later c', 'delete later c']);
    expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(['before']);
  } finally {
    await informer.stop();
  }
}, 120_000);

test('applies at the server, and is told of conflicts', async () => {
  const namespace = await cluster.newNamespace('applies');
  const objects = KubernetesObjectApi.makeApiClient(config);
  const apply = (value: string, manager: string, force: boolean): Promise<V1ConfigMap> =>
    objects.patch<V1ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cm', namespace }, data: { value } }, undefined, undefined, manager, force, PatchStrategy.ServerSideApply);
  expect((await apply('a', 'one', false)).data).toEqual({ value: 'a' });
  await expect(apply('b', 'two', false)).rejects.toMatchObject({ code: 409, message: expect.stringMatching(/conflict with .*one.*: \.data\.value/) });
  expect((await apply('b', 'two', true)).metadata?.managedFields?.map(({ manager, operation }) => [manager, operation])).toEqual([['two', 'Apply']]);
}, 120_000);

test('reads logs, and runs commands', async () => {
  const namespace = await cluster.newNamespace('streams');
  const annotations = { 'simulate.typernetes.io/logs': 'one\ntwo', 'simulate.typernetes.io/exec-output': 'canned', 'simulate.typernetes.io/exec-exit-code': '3' };
  await cluster.client.resource(resources.pods).create({ metadata: { name: 'p', namespace, annotations }, spec: { containers: [{ name: 'c', image: 'app:1' }] } });
  await cluster.kubectl('wait', '--for=condition=Ready', 'pod/p', '-n', namespace, '--timeout=60s');
  const collect = (stream: PassThrough): (() => string) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return () => text;
  };
  const [logged, printed] = [new PassThrough(), new PassThrough()];
  const [log, output] = [collect(logged), collect(printed)];
  await new Log(config).log(namespace, 'p', 'c', logged);
  await eventually('the log', async () => log() === 'one\ntwo\n');
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config).exec(namespace, 'p', 'c', ['date'], printed, null, null, false, resolve).catch(reject);
  });
  expect(status).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } });
  await eventually('the output', async () => output() === 'canned\n');
}, 120_000);
