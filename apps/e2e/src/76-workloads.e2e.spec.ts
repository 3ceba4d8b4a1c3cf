import { exampleImages, getJson, isReady, kubectl, kubectlTry, onNode, pods, t8s, upFlags, workers, type Pod } from './support/cluster';
import { apply, createNamespace, deleteNamespace } from './support/namespace';
import { eventually } from './support/run';

const namespace = 'workloads';
const k = (...args: string[]): Promise<string> => kubectl(['-n', namespace, ...args]);
const box = (command: string): string => `{ name: c, image: 'radial/busyboxplus:curl', imagePullPolicy: IfNotPresent, command: [sh, -c, '${command}'] }`;

const stateful = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: keeper }
spec:
  serviceName: keeper
  replicas: 2
  selector: { matchLabels: { app: keeper } }
  template:
    metadata: { labels: { app: keeper } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: c
        image: radial/busyboxplus:curl
        imagePullPolicy: IfNotPresent
        command: [sh, -c, 'hostname >> /data/log; exec sleep 36000']
        volumeMounts: [{ name: data, mountPath: /data }]
  volumeClaimTemplates:
  - metadata: { name: data }
    spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
`;

/** Every seventh index fails at its first try; the file that remembers it lives on the node that the pods share. */
const fiftyCompletions = `
apiVersion: batch/v1
kind: Job
metadata: { name: fifty }
spec:
  completions: 50
  parallelism: 8
  completionMode: Indexed
  backoffLimit: 20
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      nodeName: worker-1
      volumes: [{ name: tries, hostPath: { path: /tmp/t8s-e2e-fifty, type: DirectoryOrCreate } }]
      containers:
      - name: c
        image: radial/busyboxplus:curl
        imagePullPolicy: IfNotPresent
        command: [sh, -c, 'if [ $((JOB_COMPLETION_INDEX % 7)) = 0 ] && mkdir /tries/$JOB_COMPLETION_INDEX; then exit 1; fi; echo index $JOB_COMPLETION_INDEX']
        volumeMounts: [{ name: tries, mountPath: /tries }]
`;

const everyMinute = `
apiVersion: batch/v1
kind: CronJob
metadata: { name: minutely }
spec:
  schedule: '* * * * *'
  jobTemplate:
    spec: { template: { spec: { restartPolicy: Never, containers: [${box('date')}] } } }
`;

/** Burns what it is allowed to until the file /tmp/calm is there. */
const burner = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: burner }
spec:
  selector: { matchLabels: { app: burner } }
  template:
    metadata: { labels: { app: burner } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: c
        image: radial/busyboxplus:curl
        imagePullPolicy: IfNotPresent
        command: [sh, -c, 'while [ ! -e /tmp/calm ]; do :; done; exec sleep 36000']
        resources: { requests: { cpu: 50m }, limits: { cpu: 150m } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: burner }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: burner }
  minReplicas: 1
  maxReplicas: 2
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } } }]
  behavior: { scaleDown: { stabilizationWindowSeconds: 0 } }
`;

const everywhere = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: everywhere }
spec:
  selector: { matchLabels: { app: everywhere } }
  template:
    metadata: { labels: { app: everywhere } }
    spec: { terminationGracePeriodSeconds: 0, containers: [${box('exec sleep 36000')}] }
`;

beforeAll(async () => {
  await onNode('worker-1', 'rm', '-rf', '/tmp/t8s-e2e-fifty');
  await createNamespace(namespace);
  // All at once: what takes a minute does so while the tests look at the rest.
  await apply([everyMinute, burner, stateful, everywhere].join('\n---\n'), namespace);
});
afterAll(() => deleteNamespace(namespace));

it('a StatefulSet keeps its data and its node over the deletion of its pods', async () => {
  await k('rollout', 'status', 'statefulset/keeper', '--timeout=90s');
  const before = await pods('app=keeper', namespace);
  expect((await k('get', 'pvc', '-o', 'custom-columns=N:.metadata.name,P:.status.phase', '--no-headers')).trim().split(/\s*\n/)).toEqual(['data-keeper-0   Bound', 'data-keeper-1   Bound']);
  await k('delete', 'pod', '-l', 'app=keeper');
  await k('rollout', 'status', 'statefulset/keeper', '--timeout=90s');
  await eventually('both are back', async () => (await pods('app=keeper', namespace)).filter(isReady).length === 2);
  const nodeOf = (list: Pod[]): string[] => list.map(({ metadata, spec }) => `${metadata.name} ${spec.nodeName}`).sort();
  expect(nodeOf(await pods('app=keeper', namespace))).toEqual(nodeOf(before));
  await eventually('both runs in one file', async () => (await k('exec', 'keeper-0', '--', 'cat', '/data/log')) === 'keeper-0\nkeeper-0\n');
  await k('delete', 'statefulset', 'keeper');
  await k('delete', 'pvc', '--all');
}, 240_000);

it('a Job comes to its 50 completions over pods that fail', async () => {
  await apply(fiftyCompletions, namespace);
  await kubectl(['-n', namespace, 'wait', '--for=condition=Complete', 'job/fifty', '--timeout=240s'], { timeoutMs: 250_000 });
  const { status } = await getJson<{ status: { succeeded: number; failed: number; completedIndexes: string } }>('job', '-n', namespace, 'fifty');
  expect(status).toMatchObject({ succeeded: 50, failed: 8, completedIndexes: '0-49' });
  await k('delete', 'job', 'fifty');
}, 300_000);

it('a budget stops a drain until there are pods to spare, and cordoned nodes get none', async () => {
  const guarded = `terminationGracePeriodSeconds: 0\n      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: guarded } } } }] } }`;
  await apply(
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: guarded }\nspec:\n  replicas: 2\n  selector: { matchLabels: { app: guarded } }\n  template:\n    metadata: { labels: { app: guarded } }\n    spec:\n      ${guarded}\n      containers: [${box('exec sleep 36000')}]\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: guarded }\nspec: { minAvailable: 2, selector: { matchLabels: { app: guarded } } }`,
    namespace,
  );
  await k('rollout', 'status', 'deployment/guarded', '--timeout=60s');
  const drain = ['drain', 'worker-2', '--ignore-daemonsets', '--delete-emptydir-data', '--force', '--pod-selector=app=guarded'];
  try {
    const refused = await kubectlTry([...drain, '--timeout=8s']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget.");
    await k('patch', 'pdb', 'guarded', '--type=merge', '-p', '{"spec":{"minAvailable":1}}');
    await kubectl([...drain, '--timeout=60s']);
    await k('rollout', 'status', 'deployment/guarded', '--timeout=60s');
    expect((await pods('app=guarded', namespace)).map(({ spec }) => spec.nodeName)).toEqual(['worker-1', 'worker-1']);
  } finally {
    await kubectl(['uncordon', 'worker-2']);
  }
  await k('delete', 'deployment,pdb', 'guarded');
}, 200_000);

it('an autoscaler follows the load up and down', async () => {
  const replicas = async (): Promise<string> => k('get', 'deployment', 'burner', '-o', 'jsonpath={.spec.replicas}');
  await eventually('up', async () => (await replicas()) === '2', 120_000);
  expect(await kubectl(['top', 'pods', '-n', namespace, '-l', 'app=burner', '--no-headers'])).toMatch(/burner-\S+ +\d+m +\d+Mi/);
  await eventually('calm', async () => {
    for (const { metadata } of await pods('app=burner', namespace)) await k('exec', metadata.name, '--', 'touch', '/tmp/calm');
    return (await replicas()) === '1';
  }, 150_000);
  await k('delete', 'deployment,hpa', 'burner');
}, 300_000);

it('a CronJob ran over the minute, and by hand', async () => {
  await eventually('a run by the clock', async () => (await k('get', 'jobs', '-o', 'name')).includes('job.batch/minutely-'), 90_000);
  await k('create', 'job', 'by-hand', '--from=cronjob/minutely');
  await k('wait', '--for=condition=Complete', 'job/by-hand', '--timeout=60s');
  expect(await k('logs', 'job/by-hand')).toMatch(/UTC/);
  await k('delete', 'cronjob', 'minutely');
}, 180_000);

it('a DaemonSet reaches a worker that joins later, and leaves with it', async () => {
  const nodesOf = async (): Promise<string[]> => (await pods('app=everywhere', namespace)).filter(isReady).map(({ spec }) => spec.nodeName ?? '').sort();
  await eventually('on both', async () => (await nodesOf()).join() === workers.join());
  await t8s('up', ...upFlags.map((flag, index) => (upFlags[index - 1] === '--workers' ? '3' : flag)));
  await t8s('load', ...exampleImages);
  await eventually('on all three', async () => (await nodesOf()).join() === 'worker-1,worker-2,worker-3', 90_000);
  await t8s('up', ...upFlags);
  await eventually('on both again', async () => (await nodesOf()).join() === workers.join(), 90_000);
  expect((await kubectl(['get', 'nodes', '-o', 'name'])).trim().split('\n')).toEqual(['node/worker-1', 'node/worker-2']);
}, 300_000);
