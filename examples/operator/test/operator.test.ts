import assert from 'node:assert/strict';
import { KubeConfig } from '@kubernetes/client-node';
import { startCluster, type ApiObject, type TestCluster } from '@typernetes/testing';
import { sourceAnnotation, targetsAnnotation } from '../src/copies.ts';
import { SecretMirror } from '../src/operator.ts';

type Secret = ApiObject & { data?: Record<string, string> };

const encode = (text: string): string => Buffer.from(text).toString('base64');
const source = (targets: string, password: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login', namespace: 'default', annotations: { [targetsAnnotation]: targets } },
  data: { password: encode(password) },
});
const login = (namespace: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login', namespace } });
const namespace = (name: string): ApiObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

let cluster: TestCluster;
let mirror: SecretMirror;

/** Waits until the namespace's copy has this password. */
const copied = (where: string, password: string): Promise<Secret> =>
  cluster.waitFor<Secret>(login(where), ({ data }) => data?.['password'] === encode(password));

beforeEach(async () => {
  cluster = await startCluster({ apply: ['red', 'blue'].map(namespace) });
  mirror = new SecretMirror(cluster.kubeConfig(KubeConfig));
  await mirror.start();
});
afterEach(async () => {
  await mirror.stop();
  await cluster.stop();
});

describe('SecretMirror', () => {
  it('copies where the annotation says, follows the source, and goes with it', async () => {
    await cluster.objects.create(source('red', 'one'));
    const copy = await copied('red', 'one');
    assert.equal(copy.metadata?.annotations?.[sourceAnnotation], 'default/login');
    await cluster.objects.patch(login('default'), { data: { password: encode('two') } });
    await copied('red', 'two');
    await assert.rejects(cluster.objects.get(login('blue')), /not found/);
    await cluster.objects.delete(login('default'));
    await cluster.waitFor(login('red'), 'Deleted');
  });

  it('serves namespaces that come later', async () => {
    await cluster.objects.create(source('*', 'one'));
    await copied('blue', 'one');
    await cluster.objects.create(namespace('green'));
    await copied('green', 'one');
  });

  it('leaves a Secret alone that is not its own', async () => {
    const own: Secret = { ...login('red'), data: { password: encode('mine') } };
    await cluster.objects.create(own);
    await cluster.objects.create(source('red,blue', 'one'));
    await copied('blue', 'one');
    assert.equal((await cluster.objects.get<Secret>(login('red'))).data?.['password'], encode('mine'));
  });

  it('tries again when another writer was first', async () => {
    await cluster.objects.create(source('red', 'one'));
    await copied('red', 'one');
    cluster.requests.clear();
    cluster.faults.conflictOnce({ resource: 'secrets', namespace: 'red' });
    await cluster.objects.patch(login('default'), { data: { password: encode('two') } });
    await copied('red', 'two');
    assert.deepEqual(cluster.requests.list({ verb: 'update', resource: 'secrets', namespace: 'red' }).map(({ code }) => code), [409, 200]);
  });

  it('gets over a server that is overloaded', async () => {
    cluster.faults.fail({ verb: 'create', resource: 'secrets', namespace: 'red' }, { code: 503, times: 3 });
    await cluster.objects.create(source('red', 'one'));
    await copied('red', 'one');
  });

  it('gets over broken watches, 410 Gone and a restart of the server', async () => {
    await cluster.objects.create(source('red', 'one'));
    await copied('red', 'one');
    assert.equal(cluster.faults.dropWatches({ resource: 'secrets' }), 1);
    await cluster.objects.patch(login('default'), { data: { password: encode('two') } });
    await copied('red', 'two');
    cluster.faults.expireWatches();
    await cluster.objects.patch(login('default'), { data: { password: encode('three') } });
    await copied('red', 'three');
    await cluster.faults.restartApiserver();
    await cluster.objects.patch(login('default'), { data: { password: encode('four') } });
    await copied('red', 'four');
  });
});
