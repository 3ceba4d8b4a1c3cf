import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { resources } from '@typernetes/api';
import { clientTools, type ClientTools } from './testing/client-tools';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

/** Helm 4, which applies at the server. */
let cluster: TestCluster;
let tools: ClientTools;

const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gadgets.chart.example }
spec:
  group: chart.example
  scope: Namespaced
  names: { plural: gadgets, kind: Gadget }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }]
`;
const gadget = `apiVersion: chart.example/v1
kind: Gadget
metadata: { name: {{ .Release.Name }}-gadget }
spec: { size: {{ .Values.replicaCount }} }
`;
/** Simulated containers run on unless told otherwise: a hook must end. */
const hook = `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-before
  annotations: { helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: before-hook-creation }
spec:
  template:
    metadata: { annotations: { simulate.typernetes.io/run-for: 50ms } }
    spec: { restartPolicy: Never, containers: [{ name: c, image: "app:1" }] }
`;
const chartTest = `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test-connection
  annotations: { helm.sh/hook: test, simulate.typernetes.io/run-for: 50ms }
spec: { restartPolicy: Never, containers: [{ name: wget, image: "app:1" }] }
`;

async function helm(command: string): Promise<string> {
  const { code, stdout, stderr } = await tools.helm(command);
  if (code !== 0) throw new Error(`helm ${command}: ${stdout}${stderr}`);
  return stdout;
}

beforeAll(async () => {
  cluster = await startTestCluster(2);
  tools = clientTools(cluster);
  await eventually('service account', () => cluster.client.resource(resources.serviceAccounts).get('default', { namespace: 'default' }));
  expect(await helm('create demo')).toBe('Creating demo\n');
  const chart = path.join(cluster.directory, 'demo');
  await mkdir(path.join(chart, 'crds'));
  await writeFile(path.join(chart, 'crds/gadget.yaml'), crd);
  await writeFile(path.join(chart, 'templates/gadget.yaml'), gadget);
  await writeFile(path.join(chart, 'templates/before.yaml'), hook);
  await writeFile(path.join(chart, 'templates/tests/test-connection.yaml'), chartTest);
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const replicas = async (): Promise<number | undefined> => (await cluster.client.resource(resources.deployments).get('r-demo', { namespace: 'default' })).spec?.replicas;
const managers = async (): Promise<unknown> =>
  (await cluster.client.resource(resources.deployments).get('r-demo', { namespace: 'default' })).metadata?.managedFields?.filter(({ subresource }) => !subresource).map(({ manager, operation }) => [manager, operation]);

test('helm installs, upgrades, tests, rolls back and deletes a chart with hooks and a custom kind', async () => {
  expect(await helm('install r demo --wait --timeout 60s')).toMatch(/^STATUS: deployed\nREVISION: 1\n/m);
  expect(await replicas()).toBe(1);
  expect(await managers()).toContainEqual(['helm', 'Apply']);
  expect((await tools.kubectl('get gadget r-gadget -n default -o jsonpath={.spec.size}')).stdout).toBe('1');
  expect((await tools.kubectl('get job r-before -n default -o jsonpath={.status.succeeded}')).stdout).toBe('1');

  expect(await helm('upgrade r demo --set replicaCount=3 --wait --timeout 60s')).toMatch(/^STATUS: deployed\nREVISION: 2\n/m);
  expect(await replicas()).toBe(3);
  expect(await helm('test r --timeout 60s')).toMatch(/^TEST SUITE: +r-test-connection\n[^]*^Phase: +Succeeded$/m);
  expect(await helm('rollback r 1 --wait --timeout 60s')).toBe('Rollback was a success! Happy Helming!\n');
  expect(await replicas()).toBe(1);
  expect((await tools.kubectl('get gadget r-gadget -n default -o jsonpath={.spec.size}')).stdout).toBe('1');
  expect(await helm('history r')).toMatch(/^REVISION\s+UPDATED[^]*^1\s.*superseded[^]*^2\s.*superseded[^]*^3\s.*deployed.*Rollback to 1\s*$/m);
  expect(await helm('list')).toMatch(/^r\s+default\s+3\s.*deployed\s+demo-0\.1\.0/m);

  expect(await helm('uninstall r --wait --timeout 60s')).toBe('release "r" uninstalled\n');
  expect((await tools.kubectl('get deployments,services,gadgets -n default -l app.kubernetes.io/instance=r -o name')).stdout).toBe('');
  // Kinds outlive the chart that has brought them.
  expect((await tools.kubectl('get crd gadgets.chart.example -o name')).stdout).toBe('customresourcedefinition.apiextensions.k8s.io/gadgets.chart.example\n');
}, 300_000);

test('helm is told of a conflict at the server', async () => {
  await helm('install clash demo --set replicaCount=1 --skip-crds');
  const taken = await tools.kubectl35('apply --server-side --force-conflicts --field-manager=other -n default -f -', { input: JSON.stringify({ apiVersion: 'chart.example/v1', kind: 'Gadget', metadata: { name: 'clash-gadget' }, spec: { size: 9 } }) });
  expect(taken.stdout).toBe('gadget.chart.example/clash-gadget serverside-applied\n');
  const { code, stderr } = await tools.helm('upgrade clash demo --set replicaCount=2');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/conflict[^]*"other"[^]*\.spec\.size/)]);
  expect(await helm('upgrade clash demo --set replicaCount=2 --force-conflicts')).toContain('STATUS: deployed');
  expect((await tools.kubectl('get gadget clash-gadget -n default -o jsonpath={.spec.size}')).stdout).toBe('2');
}, 120_000);
