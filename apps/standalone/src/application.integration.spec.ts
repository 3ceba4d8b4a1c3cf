import path from 'node:path';
import { resources } from '@typernetes/api';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

/** The application of examples/application, as its README says: applied by kubectl, until all of it works. */
jest.setTimeout(300_000);

const application = path.resolve(__dirname, '../../../examples/application');
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster(3);
});
afterAll(() => cluster.stop());

const kubectl = (...args: string[]): Promise<string> => cluster.kubectl(...args);
const shop = (...args: string[]): Promise<string> => kubectl('-n', 'shop', ...args);

test('thirty objects become Available', async () => {
  expect(await kubectl('apply', '-f', path.join(application, 'crds'))).toContain('customresourcedefinition.apiextensions.k8s.io/banners.shop.example.com created');
  await kubectl('wait', '--for=condition=Established', '--timeout=60s', 'crd/banners.shop.example.com');
  const applied = (await kubectl('apply', '-f', path.join(application, 'shop'))).trim().split('\n');
  expect(applied.length).toBeGreaterThanOrEqual(30);
  expect(applied.filter((line) => !line.endsWith(' created'))).toEqual([]);

  expect(await shop('wait', '--for=condition=Available', '--timeout=80s', 'deployment', '--all')).toBe(['api', 'uploads', 'web'].map((name) => `deployment.apps/${name} condition met\n`).join(''));
  await shop('rollout', 'status', '--timeout=80s', 'statefulset/store');
  await shop('rollout', 'status', '--timeout=80s', 'daemonset/agent');
  await shop('wait', '--for=condition=Complete', '--timeout=80s', 'job/migrate');

  const { items: claims } = await cluster.client.resource(resources.persistentVolumeClaims).list({ namespace: 'shop' });
  expect(claims.map(({ metadata, status }) => `${metadata?.name} ${status?.phase}`).sort()).toEqual(['data-store-0 Bound', 'data-store-1 Bound', 'uploads Bound']);
  const budgets = await eventually('budgets that allow something', async () => {
    const { items } = await cluster.client.resource(resources.podDisruptionBudgets).list({ namespace: 'shop' });
    return items.every(({ status }) => status?.disruptionsAllowed === 1) && items;
  });
  expect(budgets).toHaveLength(2);
  await eventually('the autoscaler sees figures', async () => {
    const { status } = await cluster.client.resource(resources.horizontalPodAutoscalers).get('web', { namespace: 'shop' });
    return status?.currentReplicas === 3 && status.conditions?.some(({ type, status: is }) => type === 'ScalingActive' && is === 'True');
  }, 120);
  expect(await shop('get', 'banners', '--no-headers')).toMatch(/^shipping +Free shipping this week +10\nsummer +Everything must go +20\n$/);
  expect(await shop('auth', 'can-i', 'list', 'banners', '--as=system:serviceaccount:shop:api')).toBe('yes\n');
  await shop('create', 'job', '--from=cronjob/report', 'report-now');
  await shop('wait', '--for=condition=Complete', '--timeout=80s', 'job/report-now');

  // kubectl itself says "configured" of lists that are replaced as a whole; nothing may come of it.
  const generations = (): Promise<string> => shop('get', 'deployments,statefulsets,daemonsets,poddisruptionbudgets,networkpolicies', '-o', 'jsonpath={range .items[*]}{.kind}/{.metadata.name}={.metadata.generation}{"\\n"}{end}');
  const before = await generations();
  const again = (await kubectl('apply', '-f', path.join(application, 'shop'))).trim().split('\n');
  expect(again.filter((line) => !/ (unchanged|configured)$/.test(line))).toEqual([]);
  expect(await generations()).toBe(before);
});
