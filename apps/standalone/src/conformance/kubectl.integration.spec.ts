/** What conformance of Kubernetes 1.36 demands under sig-cli, by real kubectl; containers are simulated, everything before them is not. */
import { spawn, type ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import path from 'node:path';
import { clientTools, type ClientTools } from '../testing/client-tools';
import { eventually, startTestCluster, type TestCluster } from '../testing/test-cluster';

jest.setTimeout(120_000);

let cluster: TestCluster;
let tools: ClientTools;
let namespace: string;
let turn = 0;

beforeAll(async () => {
  cluster = await startTestCluster(2);
  tools = clientTools(cluster);
}, 120_000);
afterAll(() => cluster.stop(), 60_000);
beforeEach(async () => {
  namespace = await cluster.newNamespace(`cli-${turn++}`);
});

/** In the test's namespace; what it prints. */
async function kubectl(command: string | readonly string[], input?: string): Promise<string> {
  const words = typeof command === 'string' ? command.split(' ') : command;
  const { code, stdout, stderr } = await tools.kubectl35(['-n', namespace, ...words], input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

const controllerOf = (name: string, replicas: number, annotations: Record<string, string> = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name, labels: { app: name } },
    spec: { replicas, selector: { app: name }, template: { metadata: { labels: { app: name }, annotations }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'agnhost:1', ports: [{ name: 'main-server', containerPort: 6379 }] }] } } },
  });
const podOf = (image: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', labels: { run: 'pod' } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'pod', image }] } });
const imageOf = (pod: string): Promise<string> => kubectl(`get pod ${pod} -o jsonpath={.spec.containers[*].image}`);
const runningPods = (app: string, count: number): Promise<string[]> =>
  eventually(`${count} pods of ${app}`, async () => {
    const lines = (await kubectl(['get', 'pods', '-l', `app=${app}`, '-o', 'jsonpath={range .items[*]}{.metadata.name} {.status.phase} {.metadata.deletionTimestamp}{"\\n"}{end}'])).split('\n').filter((line) => line !== '');
    return lines.length === count && lines.every((line) => line.endsWith(' Running ')) && lines.map((line) => line.split(' ')[0] ?? '');
  });
const containsAll = (text: string, patterns: readonly RegExp[]): void => {
  for (const pattern of patterns) expect(text).toMatch(pattern);
};

it('version: the client and the server say which they are', async () => {
  const { clientVersion, serverVersion } = JSON.parse(await kubectl('version -o json')) as Record<string, Record<string, string>>;
  for (const version of [clientVersion, serverVersion]) {
    for (const field of ['major', 'minor', 'gitVersion', 'gitCommit', 'gitTreeState', 'buildDate', 'goVersion', 'compiler', 'platform']) expect([field, version?.[field]]).toEqual([field, expect.stringMatching(/./)]);
  }
  expect(await kubectl('version')).toMatch(/^Client Version: v\d.*\n(?:.*\n)*Server Version: v1\.36\.\d/);
});

it('api-versions: v1 is among them', async () => expect((await kubectl('api-versions')).split('\n')).toContain('v1'));

it('cluster-info: the control plane is running', async () => expect(await kubectl('cluster-info')).toMatch(/Kubernetes control plane.* is running at .*https:\/\/127\.0\.0\.1:\d+/));

it('describe: pods, controllers, services, nodes and namespaces', async () => {
  await kubectl('create -f -', controllerOf('primary', 1));
  await kubectl('expose rc primary --port=6379 --target-port=main-server');
  const [pod = ''] = await runningPods('primary', 1);
  containsAll(await kubectl(`describe pod ${pod}`), [
    new RegExp(`^Name: +${pod}\nNamespace: +${namespace}\n`), /\nNode: +\S+\/[\d.]+\n/, /\nLabels: +app=primary\n/, /\nStatus: +Running\n/, /\nIP: +10\./, /\nControlled By: +ReplicationController\/primary\n/, / +Image: +agnhost:1\n/,
    / +State: +Running\n/, /\nQoS Class: +BestEffort\n/, /\nEvents:\n(?:.*\n)*.*Started/,
  ]);
  containsAll(await kubectl('describe rc primary'), [
    new RegExp(`^Name: +primary\nNamespace: +${namespace}\nSelector: +app=primary\nLabels: +app=primary\nAnnotations: +<none>\nReplicas: +1 current / 1 desired\nPods Status: +1 Running / 0 Waiting / 0 Succeeded / 0 Failed\nPod Template:\n`),
    / +Image: +agnhost:1\n/, /\nEvents:\n(?:.*\n)*.*SuccessfulCreate/,
  ]);
  await eventually('the service has its endpoint', async () => (await kubectl('describe service primary')).match(/\nEndpoints: +10\.[\d.]+:6379\n/) !== null);
  containsAll(await kubectl('describe service primary'), [new RegExp(`^Name: +primary\nNamespace: +${namespace}\nLabels: +app=primary\n`), /\nSelector: +app=primary\n/, /\nType: +ClusterIP\n/, /\nIP: +10\./, /\nPort: +<unset> +6379\/TCP\n/]);
  const node = (await kubectl(`get pod ${pod} -o jsonpath={.spec.nodeName}`)).trim();
  containsAll(await kubectl(`describe node ${node}`), [new RegExp(`^Name: +${node}\n`), /\nLabels:/, /\nCreationTimestamp:/, /\nConditions:/, /MemoryPressure/, /DiskPressure/, /PIDPressure/, /Ready/, /\nAddresses:/, /\nCapacity:/, /\nNon-terminated Pods:/, new RegExp(`${namespace} +${pod}`)]);
  containsAll(await kubectl(`describe namespace ${namespace}`), [new RegExp(`^Name: +${namespace}\n`), /\nLabels:/, /\nStatus: +Active\n/, /\nNo resource quota\.\n/, /\nNo LimitRange resource\.\n/]);
});

it('diff: tells the images apart', async () => {
  const deployment = (image: string): string => JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } } } });
  await kubectl('create -f -', deployment('agnhost:1'));
  const { code, stdout } = await tools.kubectl35(['-n', namespace, 'diff', '-f', '-'], { input: deployment('busybox:1') });
  expect([code, stdout]).toEqual([1, expect.stringMatching(/\n- +- image: agnhost:1\n\+ +- image: busybox:1\n/)]);
});

it('expose: a controller, and its service again', async () => {
  await kubectl('create -f -', controllerOf('primary', 1));
  await runningPods('primary', 1);
  for (const [what, name, port] of [['rc primary', 'rm2', '1234'], ['service rm2', 'rm3', '2345']] as const) {
    expect(await kubectl(`expose ${what} --name=${name} --port=${port} --target-port=6379`)).toBe(`service/${name} exposed\n`);
    expect(await kubectl(`get service ${name} -o jsonpath={.spec.ports[0].port}:{.spec.ports[0].targetPort}`)).toBe(`${port}:6379`);
    await eventually(`${name} has its endpoint`, async () => (await kubectl(`get endpoints ${name} -o jsonpath={.subsets[0].ports[0].port}`)) === '6379');
  }
});

it('label: comes and goes', async () => {
  await kubectl('create -f -', podOf('agnhost:1'));
  expect(await kubectl('label pods pod testing-label=testing-label-value')).toBe('pod/pod labeled\n');
  expect(await kubectl('get pod pod -L testing-label --no-headers')).toContain('testing-label-value');
  expect(await kubectl('get pods -l testing-label=testing-label-value -o name')).toBe('pod/pod\n');
  expect(await kubectl('label pods pod testing-label-')).toBe('pod/pod unlabeled\n');
  expect(await kubectl('get pods -l testing-label -o name')).toBe('');
});

it('patch: annotates every pod of a controller', async () => {
  await kubectl('create -f -', controllerOf('primary', 2));
  const pods = await runningPods('primary', 2);
  for (const pod of pods) await kubectl(['patch', 'pod', pod, '-p', '{"metadata":{"annotations":{"x":"y"}}}']);
  for (const pod of pods) expect(await kubectl(`get pod ${pod} -o jsonpath={.metadata.annotations.x}`)).toBe('y');
});

it('replace: another image, and by force another pod', async () => {
  await kubectl('run pod --image=agnhost:1 --labels=run=pod');
  await eventually('the pod runs', async () => (await kubectl('get pod pod -o jsonpath={.status.phase}')) === 'Running');
  const live = JSON.parse(await kubectl('get pod pod -o json')) as { metadata: { uid: string }; spec: { containers: { image: string }[] } };
  await kubectl('replace -f -', JSON.stringify(live).replaceAll('agnhost:1', 'busybox:1'));
  expect([await imageOf('pod'), await kubectl('get pod pod -o jsonpath={.metadata.uid}')]).toEqual(['busybox:1', live.metadata.uid]);
  await kubectl('replace --force --grace-period=0 -f -', podOf('nginx:1'));
  expect([await imageOf('pod'), await kubectl('get pod pod -o jsonpath={.metadata.uid}')]).toEqual(['nginx:1', expect.not.stringMatching(live.metadata.uid)]);
});

it('run: one pod with one container', async () => {
  await kubectl('run pod --restart=Never --image=httpd:1');
  const { spec } = JSON.parse(await kubectl('get pod pod -o json')) as { spec: { restartPolicy: string; containers: { image: string }[] } };
  expect([spec.restartPolicy, spec.containers.map(({ image }) => image)]).toEqual(['Never', ['httpd:1']]);
});

it('dry run at the server: the image stays', async () => {
  await kubectl('run pod --image=httpd:1 --labels=run=pod');
  expect(await kubectl(['patch', 'pod', 'pod', '-p', '{"spec":{"containers":[{"name":"pod","image":"busybox:1"}]}}', '--dry-run=server', '-o', 'jsonpath={.spec.containers[0].image}'])).toBe('busybox:1');
  expect(await imageOf('pod')).toBe('httpd:1');
});

it('a replication controller is created, scaled down and up, and stopped', async () => {
  await kubectl('create -f -', controllerOf('demo', 2));
  await runningPods('demo', 2);
  await kubectl('scale rc demo --replicas=1 --timeout=1m');
  await runningPods('demo', 1);
  await kubectl('scale rc demo --replicas=2 --timeout=1m');
  await runningPods('demo', 2);
  await kubectl('delete rc demo --grace-period=0 --force');
  await eventually('all are gone', async () => (await kubectl('get rc,pods -l app=demo -o name')) === '');
});

it('logs: filtered by lines, bytes and time', async () => {
  await kubectl('create -f -', JSON.stringify({ ...(JSON.parse(podOf('agnhost:1')) as object), metadata: { name: 'pod', annotations: { 'simulate.typernetes.io/logs': 'first line\nsecond line\nlast line' } } }));
  await eventually('there are logs', async () => (await kubectl('logs pod')) === 'first line\nsecond line\nlast line\n');
  expect(await kubectl('logs pod pod --tail=1')).toBe('last line\n');
  expect(await kubectl('logs pod pod --limit-bytes=1')).toBe('f');
  expect(await kubectl('logs pod pod --tail=1 --timestamps')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) last line\n$/);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect((await kubectl('logs pod pod --since=1s')).length).toBeLessThan((await kubectl('logs pod pod --since=24h')).length);
  expect(await kubectl('logs pod pod --since=24h')).toBe('first line\nsecond line\nlast line\n');
});

describe('proxy', () => {
  let proxy: ChildProcess | undefined;
  afterEach(() => void proxy?.kill());

  /** Starts it, and waits for its first line. */
  const start = (options: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      proxy = spawn(path.join(cluster.directory, 'kubectl/kubectl'), [`--kubeconfig=${path.join(cluster.directory, 'kubeconfig')}`, 'proxy', ...options]);
      proxy.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()));
      proxy.once('exit', (code) => reject(new Error(`kubectl proxy ended with ${code}`)));
      proxy.once('error', reject);
    });
  const get = (place: { port: number } | { socketPath: string }): Promise<{ versions: string[] }> =>
    new Promise((resolve, reject) => {
      const asked = request({ ...place, host: '127.0.0.1', path: '/api/' }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()) as { versions: string[] }));
      });
      asked.on('error', reject);
      asked.end();
    });

  it('serves at a port that is free', async () => {
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(await start(['-p', '0', '--disable-filter']))?.[1]);
    expect((await get({ port })).versions).toEqual(['v1']);
  });

  it('serves at a Unix socket', async () => {
    const socketPath = path.join(cluster.directory, 'proxy.sock');
    await start([`--unix-socket=${socketPath}`]);
    expect((await get({ socketPath })).versions).toEqual(['v1']);
  });
});
