import type { Deployment, DeploymentSpec, Pod, ReplicaSet } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { eventually, startSimulatedCluster, type SimulatedCluster } from '../testing/simulated-cluster';

jest.setTimeout(180_000);

let cluster: SimulatedCluster;
let namespace: string;
let count = 0;
beforeAll(async () => {
  cluster = await startSimulatedCluster(2);
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  namespace = await cluster.newNamespace(`deployments-${++count}`);
});

const labels = { app: 'web' };
const deployment = (spec: Partial<DeploymentSpec> & { image?: string; annotations?: Record<string, string> }): Deployment => {
  const { image = 'web:1', annotations, ...rest } = spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: { replicas: 3, selector: { matchLabels: labels }, template: { metadata: { labels, ...(annotations ? { annotations } : {}) }, spec: { containers: [{ name: 'web', image }] } }, ...rest },
  };
};

const api = (): ReturnType<typeof cluster.client.resource<Deployment>> => cluster.client.resource(resources.deployments);
const get = (): Promise<Deployment> => api().get('web', { namespace });
const sets = async (): Promise<ReplicaSet[]> => (await cluster.client.resource(resources.replicaSets).list({ namespace })).items;
const pods = async (): Promise<Pod[]> => (await cluster.client.resource(resources.pods).list({ namespace })).items;
const kubectl = (...args: string[]): ReturnType<typeof cluster.kubectl> => cluster.kubectl(['-n', namespace, ...args]);
const setImage = (image: string): Promise<Deployment> =>
  api().patch('web', { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } }, { namespace, type: 'application/strategic-merge-patch+json' });

const complete = (image: string, replicas = 3): Promise<Deployment> =>
  eventually(`${replicas} of ${image}`, async () => {
    const found = await get();
    const { status, metadata } = found;
    const running = (await pods()).filter((pod) => !pod.metadata?.deletionTimestamp);
    const isDone = status?.updatedReplicas === replicas && status.replicas === replicas && status.availableReplicas === replicas && status.observedGeneration === metadata?.generation;
    return isDone && running.length === replicas && running.every(({ spec }) => spec?.containers[0]?.image === image) && found;
  });

it('makes a ReplicaSet whose pods run, and says so', async () => {
  await api().create(deployment({}));
  const { metadata, status } = await complete('web:1');
  expect(metadata?.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
  expect(status?.conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`).sort()).toEqual(['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable']);
  const [set] = await sets();
  const hash = set?.metadata?.labels?.['pod-template-hash'];
  expect(set).toMatchObject({
    metadata: { name: `web-${hash}`, annotations: { 'deployment.kubernetes.io/desired-replicas': '3', 'deployment.kubernetes.io/max-replicas': '4', 'deployment.kubernetes.io/revision': '1' } },
    spec: { selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
  });
  expect(await kubectl('rollout', 'status', 'deploy/web')).toMatchObject({ code: 0, stdout: 'deployment "web" successfully rolled out\n' });
  expect((await kubectl('describe', 'deploy', 'web')).stdout).toMatch(new RegExp(`ScalingReplicaSet .* Scaled up replica set web-${hash} from 0 to 3`));
});

it('rolls forward within its bounds, keeps a history, and rolls back by kubectl', async () => {
  await api().create(deployment({ replicas: 4, annotations: { 'simulate.typernetes.io/start-delay': '50ms' }, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }));
  await complete('web:1', 4);
  const seen = { most: 0, leastReady: 4 };
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) {
      const active = (await pods()).filter((pod) => !pod.metadata?.deletionTimestamp);
      seen.most = Math.max(seen.most, active.length);
      seen.leastReady = Math.min(seen.leastReady, active.filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')).length);
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  expect((await kubectl('set', 'image', 'deploy/web', 'web=web:2')).code).toBe(0);
  await complete('web:2', 4);
  isWatching = false;
  await watching;
  expect(seen).toEqual({ most: 5, leastReady: expect.any(Number) });
  expect(seen.leastReady).toBeGreaterThanOrEqual(3);
  expect((await kubectl('rollout', 'history', 'deploy/web')).stdout).toMatch(/1 +<none>\n2 +<none>/);
  expect(await kubectl('rollout', 'undo', 'deploy/web')).toMatchObject({ code: 0, stdout: 'deployment.apps/web rolled back\n' });
  const { metadata } = await complete('web:1', 4);
  expect(metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  const revisions = (await sets()).map((set) => [set.metadata?.annotations?.['deployment.kubernetes.io/revision'], set.metadata?.annotations?.['deployment.kubernetes.io/revision-history'], set.spec?.replicas]);
  expect(revisions.sort()).toEqual([['2', undefined, 0], ['3', '1', 4]]);
});

it('keeps no more old ReplicaSets than its limit', async () => {
  await api().create(deployment({ replicas: 1, revisionHistoryLimit: 1 }));
  for (const image of ['web:1', 'web:2', 'web:3', 'web:4']) {
    if (image !== 'web:1') await setImage(image);
    await complete(image, 1);
  }
  await eventually('one old one', async () => (await sets()).length === 2);
});

it('Recreate lets no old and new pods run side by side', async () => {
  await api().create(deployment({ strategy: { type: 'Recreate' } }));
  await complete('web:1');
  const images = new Set<string>();
  let isWatching = true;
  const watching = (async () => {
    while (isWatching) {
      const alive = (await pods()).filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
      images.add([...new Set(alive.map(({ spec }) => spec?.containers[0]?.image))].sort().join('+'));
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await setImage('web:2');
  await complete('web:2');
  isWatching = false;
  await watching;
  expect([...images]).not.toContain('web:1+web:2');
});

it('a paused rollout scales by shares and goes on when it is resumed', async () => {
  await api().create(deployment({ replicas: 4, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } } }));
  await complete('web:1', 4);
  // The new pods never become ready, so the rollout stands in the middle.
  await api().patch('web', { spec: { template: { metadata: { annotations: { 'simulate.typernetes.io/ready-delay': '1h' } }, spec: { containers: [{ name: 'web', image: 'web:2', readinessProbe: { httpGet: { port: 80 } } }] } } } }, { namespace, type: 'application/strategic-merge-patch+json' });
  const sizes = async (): Promise<Record<string, number | undefined>> => Object.fromEntries((await sets()).map(({ spec }) => [spec?.template?.spec?.containers[0]?.image, spec?.replicas]));
  await eventually('4 + 2', async () => JSON.stringify(await sizes()) === JSON.stringify({ ...(await sizes()), 'web:1': 4, 'web:2': 2 }));
  expect((await kubectl('scale', 'deploy/web', '--replicas=8')).code).toBe(0);
  const shared = await eventually('10 in all', async () => {
    const found = await sizes();
    return (found['web:1'] ?? 0) + (found['web:2'] ?? 0) === 10 && found;
  });
  expect(shared).toEqual({ 'web:1': 7, 'web:2': 3 });
  expect((await kubectl('rollout', 'pause', 'deploy/web')).code).toBe(0);
  await eventually('told', async () => (await get()).status?.conditions?.some(({ reason }) => reason === 'DeploymentPaused'));
  await setImage('web:3');
  expect((await kubectl('rollout', 'resume', 'deploy/web')).code).toBe(0);
  await eventually('a third ReplicaSet', async () => (await sets()).length === 3);
});

it('tells a rollout that does not get on, and what hinders its ReplicaSet', async () => {
  const homeless = deployment({ progressDeadlineSeconds: 2, replicas: 1 });
  Object.assign(homeless.spec?.template.spec ?? {}, { nodeSelector: { place: 'nowhere' } });
  await api().create(homeless);
  const late = await eventually('late', async () => (await get()).status?.conditions?.find(({ reason }) => reason === 'ProgressDeadlineExceeded'));
  expect(late).toMatchObject({ type: 'Progressing', status: 'False', message: expect.stringMatching(/^ReplicaSet "web-\w+" has timed out progressing\.$/) });
  expect(await kubectl('rollout', 'status', 'deploy/web')).toMatchObject({ code: 1, stderr: 'error: deployment "web" exceeded its progress deadline\n' });
  await cluster.client.resource(resources.resourceQuotas).create({ metadata: { name: 'none', namespace }, spec: { hard: { pods: '0' } } });
  await eventually('the quota counts', async () => (await cluster.client.resource(resources.resourceQuotas).get('none', { namespace })).status?.hard?.['pods'] === '0');
  await setImage('web:2');
  const failure = await eventually('the failure', async () => (await get()).status?.conditions?.find(({ type }) => type === 'ReplicaFailure'));
  expect(failure).toMatchObject({ status: 'True', reason: 'FailedCreate', message: expect.stringContaining('exceeded quota: none') });
});

it('adopts ReplicaSets that match, and deletes all with it', async () => {
  await api().create(deployment({ replicas: 2 }));
  await complete('web:1', 2);
  expect((await kubectl('delete', 'deploy', 'web', '--cascade=orphan')).code).toBe(0);
  await eventually('an orphan', async () => (await sets()).every(({ metadata }) => !metadata?.ownerReferences?.length));
  const before = (await pods()).map(({ metadata }) => metadata?.uid).sort();
  await api().create(deployment({ replicas: 2 }));
  await complete('web:1', 2);
  expect((await pods()).map(({ metadata }) => metadata?.uid).sort()).toEqual(before);
  expect((await sets()).length).toBe(1);
  expect((await kubectl('delete', 'deploy', 'web')).code).toBe(0);
  await eventually('nothing left', async () => (await sets()).length === 0 && (await pods()).length === 0);
});
