import { getJson, isReady, kubectl, kubectlTry, pods, workers } from './support/cluster';
import { apply, createNamespace, deleteNamespace } from './support/namespace';
import { probing } from './support/probe';
import { eventually } from './support/run';

const namespace = 'rollouts';
const k = (...args: string[]): Promise<string> => kubectl(['-n', namespace, ...args]);
const rolledOut = (name = 'web'): Promise<string> => k('rollout', 'status', `deployment/${name}`, '--timeout=90s');

/** A server that says goodbye as one should: it serves on while the word goes round that it leaves. */
const web = (version: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 15
      containers:
      - name: nginx
        image: nginx
        imagePullPolicy: IfNotPresent
        env: [{ name: VERSION, value: ${version} }]
        readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 1 }
        lifecycle: { preStop: { sleep: { seconds: 5 } } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

const versions = async (): Promise<string[]> => {
  const { items } = await getJson<{ items: { metadata: { deletionTimestamp?: string }; spec: { containers: { env: { value: string }[] }[] } }[] }>('pods', '-n', namespace, '-l', 'app=web');
  return items.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ spec }) => spec.containers[0]?.env[0]?.value ?? '');
};

beforeAll(async () => {
  await createNamespace(namespace);
  await apply(web('v1'), namespace);
  await rolledOut();
});
afterAll(() => deleteNamespace(namespace));

it('rolls forward, back and once more under load, and no request fails', async () => {
  const { clusterIP } = (await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'web')).spec;
  const steps = async (): Promise<void> => {
    await apply(web('v2'), namespace);
    await rolledOut();
    expect(await versions()).toEqual(['v2', 'v2', 'v2']);
    expect(await k('rollout', 'undo', 'deployment/web')).toContain('rolled back');
    await rolledOut();
    expect(await versions()).toEqual(['v1', 'v1', 'v1']);
    await k('rollout', 'restart', 'deployment/web');
    await rolledOut();
  };
  const [first, second] = workers;
  const outer = await probing(first, clusterIP, async () => {
    const inner = await probing(second, clusterIP, steps);
    expect(inner).toMatchObject({ failures: 0 });
    expect(inner.calls).toBeGreaterThan(20);
  });
  expect(outer).toMatchObject({ failures: 0 });
  expect(outer.calls).toBeGreaterThan(20);
}, 300_000);

it('tells its history, stops for a pause and goes on', async () => {
  expect(await k('rollout', 'history', 'deployment/web')).toMatch(/REVISION +CHANGE-CAUSE/);
  const revisions = (await k('get', 'rs', '-l', 'app=web', '-o', 'name')).trim().split('\n').length;
  await k('rollout', 'pause', 'deployment/web');
  await k('set', 'env', 'deployment/web', 'VERSION=v3');
  const waits = 'Waiting for deployment "web" rollout to finish: 0 out of 3 new replicas have been updated...';
  await eventually('it waits', async () => (await k('rollout', 'status', 'deployment/web', '--watch=false')).includes(waits));
  expect((await k('get', 'rs', '-l', 'app=web', '-o', 'name')).trim().split('\n')).toHaveLength(revisions);
  await k('rollout', 'resume', 'deployment/web');
  await rolledOut();
  expect(await versions()).toEqual(['v3', 'v3', 'v3']);
}, 150_000);

it('an image that nobody has stops the rollout, and the old pods serve on', async () => {
  await k('set', 'image', 'deployment/web', 'nginx=127.0.0.1:1/nothing:1');
  await eventually('a pod that can not start', async () => /ErrImagePull|ImagePullBackOff/.test(await k('get', 'pods', '-l', 'app=web')));
  expect((await pods('app=web', namespace)).filter(isReady)).toHaveLength(3);
  expect((await kubectlTry(['rollout', 'status', 'deployment/web', '-n', namespace, '--timeout=1s'])).code).not.toBe(0);
  await k('rollout', 'undo', 'deployment/web');
  await rolledOut();
  expect((await pods('app=web', namespace)).filter(isReady)).toHaveLength(3);
}, 150_000);

it('run, create, expose, autoscale and debug make what they say', async () => {
  await k('run', 'single', '--image=nginx', '--image-pull-policy=IfNotPresent', '--port=80', '--expose');
  await k('wait', '--for=condition=Ready', 'pod/single', '--timeout=60s');
  await k('create', 'deployment', 'made', '--image=nginx', '--replicas=1');
  await k('expose', 'deployment', 'made', '--port=8080', '--target-port=80');
  await k('autoscale', 'deployment', 'made', '--min=1', '--max=2', '--cpu=80%');
  expect(await k('get', 'hpa', 'made')).toContain('Deployment/made');
  await rolledOut('made');
  const client = ['run', 'asker', '--image=radial/busyboxplus:curl', '--image-pull-policy=IfNotPresent', '--restart=Never', '--rm', '-i', '--quiet'];
  expect(await k(...client, '--command', '--', 'curl', '-s', '--retry', '5', '--retry-connrefused', 'http://made:8080', 'http://single')).toMatch(/Welcome to nginx[^]*Welcome to nginx/);
  await k('debug', 'single', '--image=radial/busyboxplus:curl', '--image-pull-policy=IfNotPresent', '--target=single', '-c', 'look', '--', 'sleep', '60');
  await eventually('the debugger runs', async () => (await k('get', 'pod', 'single', '-o', 'jsonpath={.status.ephemeralContainerStatuses[0].state.running.startedAt}')) !== '');
  expect(await k('exec', 'single', '-c', 'look', '--', 'sh', '-c', 'tr "\\0" " " < /proc/1/cmdline')).toContain('nginx');
}, 180_000);
