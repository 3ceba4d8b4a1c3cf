import { resources, type Deployment, type Pod, type ReplicaSet } from '@typernetes/api';
import { isPodReady, isPodTerminating } from '@typernetes/machinery';
import { eventually, startSimulatedCluster, type SimulatedCluster } from '../testing/simulated-cluster';
import { newReplicaSet } from './new-replica-set';

let cluster: SimulatedCluster;
let namespace: string;

beforeAll(async () => {
  cluster = await startSimulatedCluster();
  namespace = await cluster.newNamespace('deployments');
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

const template = (app: string, image: string): NonNullable<Deployment['spec']>['template'] => ({ metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image }] } });
const deployments = () => cluster.client.resource(resources.deployments);
const create = (name: string, spec: Partial<NonNullable<Deployment['spec']>> = {}): Promise<Deployment> =>
  deployments().create({ metadata: { name, namespace }, spec: { replicas: 3, selector: { matchLabels: { app: name } }, template: template(name, 'a:1'), ...spec } });
const patch = (name: string, spec: object): Promise<Deployment> => deployments().patch(name, { spec }, { namespace, type: 'application/strategic-merge-patch+json' });
const podsOf = async (app: string): Promise<Pod[]> => (await cluster.client.resource(resources.pods).list({ namespace, labelSelector: `app=${app}` })).items;
const setsOf = async (app: string): Promise<ReplicaSet[]> => (await cluster.client.resource(resources.replicaSets).list({ namespace, labelSelector: `app=${app}` })).items;

async function settled(name: string, replicas: number, image: string): Promise<Deployment> {
  return eventually(`${name} runs ${replicas} of ${image}`, async () => {
    const [found, pods] = [await deployments().get(name, { namespace }), await podsOf(name)];
    const { status, metadata } = found;
    const isThere = pods.length === replicas && pods.every((pod) => isPodReady(pod) && !isPodTerminating(pod) && pod.spec?.containers[0]?.image === image);
    const isSaid = (status?.availableReplicas ?? 0) === replicas && (status?.updatedReplicas ?? 0) === replicas && (status?.replicas ?? 0) === replicas && status?.observedGeneration === metadata?.generation;
    return isThere && isSaid && found;
  });
}

async function kubectl(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(['-n', namespace, ...args]);
  if (code) throw new Error(`kubectl ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

test('rolls forward and back, as kubectl rollout shows and asks', async () => {
  await create('web');
  const first = await settled('web', 3, 'a:1');
  expect(first.metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
  expect(await kubectl('rollout', 'status', 'deployment/web', '--timeout=50s')).toContain('successfully rolled out');
  await kubectl('set', 'image', 'deployment/web', 'c=a:2');
  const second = await settled('web', 3, 'a:2');
  expect(second.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort()).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable']);
  expect((await kubectl('rollout', 'history', 'deployment/web')).match(/^\d+/gm)).toEqual(['1', '2']);
  await kubectl('rollout', 'undo', 'deployment/web');
  const third = await settled('web', 3, 'a:1');
  expect(third.metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  expect((await kubectl('rollout', 'history', 'deployment/web')).match(/^\d+/gm)).toEqual(['2', '3']);
  await kubectl('rollout', 'restart', 'deployment/web');
  await eventually('a third ReplicaSet', async () => (await setsOf('web')).length === 3);
  expect(await kubectl('rollout', 'status', 'deployment/web', '--timeout=50s')).toContain('successfully rolled out');
  const described = await kubectl('describe', 'deployment', 'web');
  expect(described).toMatch(/NewReplicaSet: +web-\w+ \(3\/3 replicas created\)/);
  expect(described).toMatch(/ScalingReplicaSet.*Scaled up replica set web-\w+ from 0 to 3/);
}, 180_000);

test('paused, its size follows and its template waits', async () => {
  await create('calm', { replicas: 2 });
  await settled('calm', 2, 'a:1');
  await kubectl('rollout', 'pause', 'deployment/calm');
  await kubectl('set', 'image', 'deployment/calm', 'c=a:2');
  await kubectl('scale', 'deployment/calm', '--replicas=4');
  const reasonOf = ({ status }: Deployment): string | undefined => status?.conditions?.find(({ type }) => type === 'Progressing')?.reason;
  await eventually('four old pods', async () => (await podsOf('calm')).filter(isPodReady).length === 4);
  expect([(await setsOf('calm')).length, reasonOf(await deployments().get('calm', { namespace }))]).toEqual([1, 'DeploymentPaused']);
  await kubectl('rollout', 'resume', 'deployment/calm');
  await settled('calm', 4, 'a:2');
}, 120_000);

test('Recreate starts nothing before the last old pod is gone', async () => {
  await create('strict', { replicas: 3, strategy: { type: 'Recreate' } });
  await settled('strict', 3, 'a:1');
  const images = new Set<string>();
  await patch('strict', { template: template('strict', 'a:2') });
  await eventually('only new pods', async () => {
    const now = new Set((await podsOf('strict')).map(({ spec }) => spec?.containers[0]?.image ?? ''));
    if (now.size > 1) images.add([...now].join());
    return now.size === 1 && now.has('a:2');
  });
  await settled('strict', 3, 'a:2');
  expect([...images]).toEqual([]);
}, 120_000);

test('keeps so many old ReplicaSets, and adopts orphans', async () => {
  await create('kept', { replicas: 1, revisionHistoryLimit: 1 });
  await settled('kept', 1, 'a:1');
  for (const image of ['a:2', 'a:3', 'a:4']) {
    await patch('kept', { template: template('kept', image) });
    await settled('kept', 1, image);
  }
  await eventually('one old ReplicaSet is left', async () => (await setsOf('kept')).length === 2);

  await kubectl('delete', 'deployment', 'kept', '--cascade=orphan');
  await eventually('the ReplicaSets are orphans', async () => (await setsOf('kept')).every(({ metadata }) => !metadata?.ownerReferences?.length));
  const before = (await setsOf('kept')).map(({ metadata }) => metadata?.uid).sort();
  const again = await create('kept', { replicas: 1, template: template('kept', 'a:4') });
  await eventually('the ReplicaSets are adopted', async () => (await setsOf('kept')).every(({ metadata }) => metadata?.ownerReferences?.[0]?.uid === again.metadata?.uid));
  expect((await setsOf('kept')).map(({ metadata }) => metadata?.uid).sort()).toEqual(before);
}, 120_000);

test('steps over a name that is taken, and tells of what does not progress', async () => {
  const late = { ...template('late', 'a:4'), spec: { ...template('late', 'a:4').spec, containers: [{ name: 'c', image: 'a:4' }], nodeSelector: { nowhere: 'true' } } };
  // What the API's defaults make of it decides about the hash.
  const dry = await create('late', { replicas: 1, paused: true, progressDeadlineSeconds: 2, template: late });
  const taken = { replicas: 0, selector: { matchLabels: { app: 'other' } }, template: template('other', 'a:9') };
  await cluster.client.resource(resources.replicaSets).create({ metadata: { name: newReplicaSet(dry, [], 1).metadata?.name, namespace }, spec: taken });
  await patch('late', { paused: false });
  const collided = await eventually('the deadline has passed', async () => {
    const found = await deployments().get('late', { namespace });
    return found.status?.conditions?.some(({ reason }) => reason === 'ProgressDeadlineExceeded') && found;
  });
  expect(collided.status?.collisionCount).toBe(1);
  await patch('late', { template: { spec: { nodeSelector: { nowhere: null } } } });
  await settled('late', 1, 'a:4');
}, 120_000);
