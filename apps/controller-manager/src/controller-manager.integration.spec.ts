import { resources, type Node, type Pod, type ResourceType, type Service } from '@typernetes/api';
import { createGrpcClient, type ApiClient } from '@typernetes/client';
import { silentLogger, type ApiServerAccess, type Running } from '@typernetes/component';
import { formatMicroTime, formatTime, hasReason, isPodTerminating, systemClock, type KubernetesObject } from '@typernetes/machinery';
import { createServiceAccountKeys } from '@typernetes/pki';
import { startTestApi, type TestApi } from '../../apiserver/src/testing/start-test-api';
import { startControllerManager } from './start';

let api: TestApi;
let client: ApiClient;
let running: Running;
let access: ApiServerAccess;

function start(): Promise<Running> {
  return startControllerManager(
    {
      api: access,
      health: { host: '127.0.0.1', port: 0 },
      leaderElect: true,
      controllers: ['*'],
      workers: {},
      clusterCidr: '10.244.0.0/16',
      nodeCidrMaskSize: 24,
      nodeMonitorGracePeriodMs: 2_000,
      nodeMonitorPeriodMs: 200,
      loadBalancerPool: '192.0.2.8/30',
      rootCa: api.caCert,
      serviceAccountPrivateKey: createServiceAccountKeys().privateKey,
      terminatedPodGcThreshold: 12_500,
    },
    { logger: silentLogger, clock: systemClock, onLost: (error) => { throw error; } },
  );
}

beforeAll(async () => {
  api = await startTestApi();
  access = {
    server: `https://127.0.0.1:${api.running.securePort}`,
    grpcServer: `127.0.0.1:${api.running.grpcPort}`,
    ca: Buffer.from(api.caCert),
    cert: Buffer.from(api.admin.cert),
    key: Buffer.from(api.admin.key),
  };
  client = createGrpcClient({ access, userAgent: 'test' });
  running = await start();
}, 120_000);

afterAll(async () => {
  await running.stop();
  client.close();
  await api.stop();
}, 120_000);

/** Polls until `probe` gives something other than undefined or false; the last error or the name tells what is missing. */
async function eventually<T>(what: string, probe: () => Promise<T | undefined | false>, deadlineMs = 60_000): Promise<T> {
  const end = systemClock.monotonic() + deadlineMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      failure = error;
    }
    if (systemClock.monotonic() > end) throw new Error(`not in time: ${what}`, { cause: failure });
    await systemClock.sleep(50);
  }
}

async function gone<T extends KubernetesObject>(type: ResourceType<T>, name: string, namespace?: string): Promise<boolean> {
  try {
    await client.resource(type).get(name, { namespace });
    return false;
  } catch (error) {
    return hasReason(error, 'NotFound');
  }
}

async function newNamespace(name: string): Promise<string> {
  await client.resource(resources.namespaces).create({ metadata: { name } });
  await eventually(`service account of ${name}`, () => client.resource(resources.serviceAccounts).get('default', { namespace: name }));
  return name;
}

const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort: 8080 }] }] },
});

async function newController(namespace: string, name: string, replicas: number): Promise<void> {
  await client.resource(resources.replicationControllers).create({ metadata: { name, namespace }, spec: { replicas, selector: { app: name }, template: template(name) } });
}

const podsOf = async (namespace: string): Promise<Pod[]> => (await client.resource(resources.pods).list({ namespace })).items;

async function podCount(namespace: string, count: number): Promise<Pod[]> {
  return eventually(`${count} pods in ${namespace}`, async () => {
    const alive = (await podsOf(namespace)).filter((pod) => !isPodTerminating(pod));
    return alive.length === count && alive;
  });
}

/** What scheduler and kubelet would do. */
async function run(pod: Pod, ip: string, nodeName = 'somewhere'): Promise<void> {
  const { name = '', namespace } = pod.metadata ?? {};
  const pods = client.resource(resources.pods);
  await pods.createSubresource(name, 'binding', { metadata: { name, namespace }, target: { kind: 'Node', name: nodeName } } as KubernetesObject, { namespace });
  const bound = await pods.get(name, { namespace });
  const status = { ...bound.status, phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: formatTime(systemClock.now()) }] };
  await pods.updateStatus({ ...bound, status });
}

const clusterService = (namespace: string, name: string, app: string): Service => ({
  metadata: { name, namespace },
  spec: { selector: { app }, ports: [{ port: 80, targetPort: 'web' }] },
});

describe('namespaces', () => {
  test('get a service account and the root certificate, and are emptied when they go', async () => {
    const namespace = await newNamespace('full');
    const ca = await eventually('root CA', () => client.resource(resources.configMaps).get('kube-root-ca.crt', { namespace }));
    expect(ca.data?.['ca.crt']).toBe(api.caCert);
    await newController(namespace, 'web', 3);
    await podCount(namespace, 3);
    await client.resource(resources.namespaces).delete(namespace);
    await eventually('namespace gone', () => gone(resources.namespaces, namespace), 60_000);
    expect(await podsOf(namespace)).toEqual([]);
  }, 180_000);
});

describe('a namespace that goes', () => {
  test('loses its pods first, then everything else', async () => {
    const namespace = await newNamespace('ordered');
    const held = { namespace, finalizers: ['test/hold'] };
    await client.resource(resources.pods).create({ metadata: { name: 'first', ...held }, spec: template('a').spec });
    await client.resource(resources.configMaps).create({ metadata: { name: 'second', namespace } });
    await client.resource(resources.namespaces).delete(namespace);
    await eventually('pod is going', async () => isPodTerminating(await client.resource(resources.pods).get('first', { namespace })));
    const conditions = await eventually('conditions', async () => (await client.resource(resources.namespaces).get(namespace)).status?.conditions);
    expect(conditions.find(({ type }) => type === 'NamespaceFinalizersRemaining')).toMatchObject({ status: 'True', message: 'Some content in the namespace has finalizers remaining: test/hold in 1 resource instances' });
    expect((await client.resource(resources.configMaps).get('second', { namespace })).metadata?.deletionTimestamp).toBeUndefined();
    await client.resource(resources.pods).patch('first', { metadata: { finalizers: null } }, { namespace, type: 'application/merge-patch+json' });
    await eventually('namespace gone', () => gone(resources.namespaces, namespace), 60_000);
  }, 180_000);
});

describe('replication', () => {
  test('creates, reports, replaces and scales down', async () => {
    const namespace = await newNamespace('rc');
    await newController(namespace, 'web', 2);
    const [first, second] = await podCount(namespace, 2);
    if (!first || !second) throw new Error('two pods were expected');
    expect(first.metadata?.name).toMatch(/^web-[a-z0-9]{5}$/);
    expect(first.metadata?.ownerReferences?.[0]).toMatchObject({ kind: 'ReplicationController', name: 'web', controller: true });
    await run(first, '10.244.9.1');
    const controllers = client.resource(resources.replicationControllers);
    await eventually('ready replica', async () => (await controllers.get('web', { namespace })).status?.readyReplicas === 1);
    expect((await controllers.get('web', { namespace })).status).toMatchObject({ replicas: 2, fullyLabeledReplicas: 2, availableReplicas: 1, observedGeneration: 1 });
    await client.resource(resources.pods).delete(second.metadata?.name ?? '', { namespace, gracePeriodSeconds: 0 });
    await eventually('replacement', async () => {
      const alive = (await podsOf(namespace)).filter((pod) => !isPodTerminating(pod));
      return alive.length === 2 && !alive.some(({ metadata }) => metadata?.name === second.metadata?.name);
    });
    await controllers.patch('web', { spec: { replicas: 1 } }, { namespace, type: 'application/merge-patch+json' });
    const [left] = await podCount(namespace, 1);
    // The pod that runs is worth more than the one that waits for a node.
    expect(left?.metadata?.name).toBe(first.metadata?.name);
    const reasons = await eventually('events', async () => {
      const { items } = await client.resource(resources.events).list({ namespace });
      const found = new Set(items.filter(({ involvedObject }) => involvedObject.name === 'web').map(({ reason }) => reason));
      return found.has('SuccessfulCreate') && found.has('SuccessfulDelete') && found;
    });
    expect(reasons).not.toContain('FailedCreate');
  }, 180_000);

  test('releases a pod whose labels change, and adopts an orphan', async () => {
    const namespace = await newNamespace('adopt');
    await newController(namespace, 'web', 1);
    const [pod] = await podCount(namespace, 1);
    const name = pod?.metadata?.name ?? '';
    const pods = client.resource(resources.pods);
    await pods.patch(name, { metadata: { labels: { app: 'other' } } }, { namespace, type: 'application/merge-patch+json' });
    await podCount(namespace, 2);
    await eventually('released', async () => !(await pods.get(name, { namespace })).metadata?.ownerReferences?.length);
    await pods.patch(name, { metadata: { labels: { app: 'web' } } }, { namespace, type: 'application/merge-patch+json' });
    await podCount(namespace, 1);
  }, 180_000);
});

describe('service endpoints', () => {
  test('follow the pods in Endpoints and EndpointSlices', async () => {
    const namespace = await newNamespace('svc');
    await newController(namespace, 'web', 2);
    const [first, second] = await podCount(namespace, 2);
    if (!first || !second) throw new Error('two pods were expected');
    await client.resource(resources.services).create(clusterService(namespace, 'websvc', 'web'));
    await run(first, '10.244.9.1');
    await run(second, '10.244.9.2');
    const slice = await eventually('slice with two addresses', async () => {
      const { items } = await client.resource(resources.endpointSlices).list({ namespace, labelSelector: 'kubernetes.io/service-name=websvc' });
      return items.find(({ endpoints }) => endpoints?.length === 2);
    });
    expect(slice.endpoints?.flatMap(({ addresses }) => addresses).sort()).toEqual(['10.244.9.1', '10.244.9.2']);
    expect(slice.endpoints?.every(({ conditions }) => conditions?.ready && conditions.serving && !conditions.terminating)).toBe(true);
    expect(slice.ports).toEqual([{ name: '', port: 8080, protocol: 'TCP' }]);
    expect(slice.metadata?.name).toMatch(/^websvc-/);
    const endpoints = await eventually('endpoints', async () => {
      const object = await client.resource(resources.endpoints).get('websvc', { namespace });
      return object.subsets?.[0]?.addresses?.length === 2 && object;
    });
    expect(endpoints.subsets?.[0]?.ports).toEqual([{ port: 8080, protocol: 'TCP' }]);
    await client.resource(resources.services).delete('websvc', { namespace });
    await eventually('endpoints gone', () => gone(resources.endpoints, 'websvc', namespace));
    await eventually('slice gone', () => gone(resources.endpointSlices, slice.metadata?.name ?? '', namespace));
  }, 180_000);

  test('Endpoints of a Service without selector are mirrored', async () => {
    const namespace = await newNamespace('mirror');
    await client.resource(resources.services).create({ metadata: { name: 'ext', namespace }, spec: { ports: [{ port: 80 }] } });
    await client.resource(resources.endpoints).create({
      metadata: { name: 'ext', namespace },
      subsets: [{ addresses: [{ ip: '192.0.2.100' }], notReadyAddresses: [{ ip: '192.0.2.101' }], ports: [{ port: 8080, protocol: 'TCP' }] }],
    });
    const list = (): Promise<{ items: { endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[] }[] }> =>
      client.resource(resources.endpointSlices).list({ namespace, labelSelector: 'kubernetes.io/service-name=ext,endpointslice.kubernetes.io/managed-by=endpointslicemirroring-controller.k8s.io' });
    const slice = await eventually('mirrored slice', async () => (await list()).items[0]);
    expect(slice.endpoints?.map(({ addresses, conditions }) => [addresses[0], conditions?.ready])).toEqual([['192.0.2.100', true], ['192.0.2.101', false]]);
    await client.resource(resources.endpoints).delete('ext', { namespace });
    await eventually('mirrored slice gone', async () => !(await list()).items.length);
  }, 180_000);
});

describe('load balancers', () => {
  test('get distinct addresses of the pool and give them back', async () => {
    const namespace = await newNamespace('lb');
    const services = client.resource(resources.services);
    const create = (name: string): Promise<Service> => {
      const service = clusterService(namespace, name, 'none');
      return services.create({ ...service, spec: { ...service.spec, type: 'LoadBalancer' } });
    };
    const addressOf = (name: string): Promise<string> => eventually(`address of ${name}`, async () => (await services.get(name, { namespace })).status?.loadBalancer?.ingress?.[0]?.ip);
    await create('a');
    await create('b');
    const addresses = await Promise.all([addressOf('a'), addressOf('b')]);
    expect([...addresses].sort()).toEqual(['192.0.2.10', '192.0.2.9']);
    // The pool is empty now: the third waits until one is given back.
    await create('c');
    await services.patch('a', { spec: { type: 'ClusterIP' } }, { namespace, type: 'application/merge-patch+json' });
    await eventually('freed', async () => {
      const { metadata, status } = await services.get('a', { namespace });
      return !metadata?.finalizers?.length && !status?.loadBalancer?.ingress?.length;
    });
    expect(await addressOf('c')).toBe(addresses[0]);
    await services.delete('c', { namespace });
    await eventually('service gone', () => gone(resources.services, 'c', namespace));
  }, 180_000);
});

describe('token secrets', () => {
  test('are filled, and die with their account', async () => {
    const namespace = await newNamespace('tokens');
    await client.resource(resources.serviceAccounts).create({ metadata: { name: 'robot', namespace } });
    const secrets = client.resource(resources.secrets);
    await secrets.create({ metadata: { name: 'robot-token', namespace, annotations: { 'kubernetes.io/service-account.name': 'robot' } }, type: 'kubernetes.io/service-account-token' });
    const data = await eventually('token', async () => {
      const secret = await secrets.get('robot-token', { namespace });
      return secret.data?.['token'] !== undefined && secret.data;
    });
    expect(Object.keys(data).sort()).toEqual(['ca.crt', 'namespace', 'token']);
    await client.resource(resources.serviceAccounts).delete('robot', { namespace });
    await eventually('secret gone', () => gone(resources.secrets, 'robot-token', namespace));
  }, 180_000);
});

describe('garbage collection', () => {
  const owner = async (namespace: string, replicas: number): Promise<void> => {
    await newController(namespace, 'web', replicas);
    await podCount(namespace, replicas);
  };

  test('in the background: pods follow their controller', async () => {
    const namespace = await newNamespace('gc-background');
    await owner(namespace, 2);
    await client.resource(resources.replicationControllers).delete('web', { namespace, propagationPolicy: 'Background' });
    await podCount(namespace, 0);
  }, 180_000);

  test('in the foreground: the controller waits for its pods', async () => {
    const namespace = await newNamespace('gc-foreground');
    await owner(namespace, 1);
    const [pod] = await podCount(namespace, 1);
    const pods = client.resource(resources.pods);
    await pods.patch(pod?.metadata?.name ?? '', { metadata: { finalizers: ['test/hold'] } }, { namespace, type: 'application/merge-patch+json' });
    await client.resource(resources.replicationControllers).delete('web', { namespace, propagationPolicy: 'Foreground' });
    await podCount(namespace, 0);
    expect(await gone(resources.replicationControllers, 'web', namespace)).toBe(false);
    await pods.patch(pod?.metadata?.name ?? '', { metadata: { finalizers: null } }, { namespace, type: 'application/merge-patch+json' });
    await eventually('controller gone', () => gone(resources.replicationControllers, 'web', namespace));
    expect(await podsOf(namespace)).toEqual([]);
  }, 180_000);

  test('a circle of owners does not block it', async () => {
    const namespace = await newNamespace('gc-circle');
    const configMaps = client.resource(resources.configMaps);
    const names = ['one', 'two', 'three'];
    const made = await Promise.all(names.map((name) => configMaps.create({ metadata: { name, namespace } })));
    const ownedBy = async (name: string, owner: number): Promise<unknown> => {
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: names[owner], uid: made[owner]?.metadata?.uid, controller: true, blockOwnerDeletion: true };
      return configMaps.patch(name, { metadata: { ownerReferences: [reference] } }, { namespace, type: 'application/merge-patch+json' });
    };
    await ownedBy('one', 2);
    await ownedBy('two', 0);
    await ownedBy('three', 1);
    await configMaps.delete('one', { namespace, propagationPolicy: 'Foreground' });
    for (const name of names) await eventually(`${name} gone`, () => gone(resources.configMaps, name, namespace), 60_000);
  }, 60_000);

  test('what has another owner stays when one waits for it', async () => {
    const namespace = await newNamespace('gc-two-owners');
    await newController(namespace, 'going', 2);
    await newController(namespace, 'staying', 0);
    const [kept] = (await podCount(namespace, 2)) as [Pod, Pod];
    const staying = await client.resource(resources.replicationControllers).get('staying', { namespace });
    const references = [...(kept.metadata?.ownerReferences ?? []), { apiVersion: 'v1', kind: 'ReplicationController', name: 'staying', uid: staying.metadata?.uid }];
    await client.resource(resources.pods).patch(kept.metadata?.name ?? '', { metadata: { ownerReferences: references } }, { namespace, type: 'application/merge-patch+json' });
    await client.resource(resources.replicationControllers).delete('going', { namespace, propagationPolicy: 'Foreground' });
    await eventually('controller gone', () => gone(resources.replicationControllers, 'going', namespace), 60_000);
    const [left] = await podCount(namespace, 1);
    expect([left?.metadata?.name, left?.metadata?.ownerReferences?.map(({ name }) => name)]).toEqual([kept.metadata?.name, ['staying']]);
  }, 60_000);

  test('orphaning: pods stay without an owner', async () => {
    const namespace = await newNamespace('gc-orphan');
    await owner(namespace, 1);
    await client.resource(resources.replicationControllers).delete('web', { namespace, propagationPolicy: 'Orphan' });
    await eventually('controller gone', () => gone(resources.replicationControllers, 'web', namespace));
    const [pod] = await podCount(namespace, 1);
    expect(pod?.metadata?.ownerReferences ?? []).toEqual([]);
  }, 180_000);
});

describe('nodes', () => {
  const nodes = () => client.resource(resources.nodes);
  const ready = (name: string): Node => ({
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: formatTime(systemClock.now()), lastTransitionTime: formatTime(systemClock.now()) }] },
  });
  const renew = async (name: string): Promise<void> => {
    const leases = client.resource(resources.leases);
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: formatMicroTime(systemClock.now()) };
    const known = await leases.get(name, { namespace: 'kube-node-lease' }).catch(() => undefined);
    if (known) await leases.update({ ...known, spec });
    else await leases.create({ metadata: { name, namespace: 'kube-node-lease' }, spec });
  };

  /** Like a kubelet: again when somebody else was faster. */
  const report = (name: string): Promise<Node> => eventually(`report of ${name}`, async () => nodes().updateStatus({ ...(await nodes().get(name)), status: ready(name).status }));

  test('get distinct ranges', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `range-${i}`);
    await Promise.all(names.map((name) => nodes().create({ metadata: { name } })));
    const ranges = await Promise.all(names.map((name) => eventually(`range of ${name}`, async () => (await nodes().get(name)).spec?.podCIDR)));
    expect(new Set(ranges).size).toBe(names.length);
    await Promise.all(names.map((name) => nodes().delete(name)));
  }, 180_000);

  test('a silent node is tainted, its pods leave the endpoints and, when their time is up, the node', async () => {
    const namespace = await newNamespace('lost-node');
    await nodes().create(ready('silent'));
    await report('silent');
    await renew('silent');
    const pods = client.resource(resources.pods);
    const tolerations = ['not-ready', 'unreachable'].map((what) => ({ key: `node.kubernetes.io/${what}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 }));
    await pods.create({ metadata: { name: 'p', namespace }, spec: { ...template('p').spec, tolerations } });
    await run(await pods.get('p', { namespace }), '10.244.9.3', 'silent');
    await eventually('node unknown', async () => (await nodes().get('silent')).status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'Unknown');
    await eventually('taints', async () => {
      const taints = (await nodes().get('silent')).spec?.taints ?? [];
      return ['NoSchedule', 'NoExecute'].every((effect) => taints.some((taint) => taint.key === 'node.kubernetes.io/unreachable' && taint.effect === effect));
    });
    await eventually('pod not ready', async () => (await pods.get('p', { namespace })).status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'False');
    await eventually('pod evicted', async () => (await pods.get('p', { namespace })).metadata?.deletionTimestamp !== undefined);
    // It comes back: the kubelet says that it is ready, and the taints go.
    await report('silent');
    await renew('silent');
    await eventually('taints gone', async () => !((await nodes().get('silent')).spec?.taints ?? []).some(({ key }) => key === 'node.kubernetes.io/unreachable'));
    await nodes().delete('silent');
  }, 60_000);
});

test('an outage of the store is no silence of the nodes', async () => {
  const nodes = client.resource(resources.nodes);
  const names = ['calm-0', 'calm-1'];
  const condition = () => ({ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: formatMicroTime(systemClock.now()) });
  await Promise.all(names.map((name) => nodes.create({ metadata: { name } })));
  const end = new AbortController();
  const kubelets = names.map(async (name) => {
    while (!end.signal.aborted) {
      await nodes.get(name).then((node) => nodes.updateStatus({ ...node, status: { ...node.status, conditions: [condition()] } })).catch(() => undefined);
      await systemClock.sleep(1_000, end.signal).catch(() => undefined);
    }
  });
  try {
    await eventually('ready', async () => (await nodes.list()).items.every(({ spec }) => !spec?.taints?.length));
    await api.etcd.kill();
    // Longer than the grace period.
    await systemClock.sleep(4_000);
    await api.etcd.start();
    await systemClock.sleep(4_000);
    for (const name of names) {
      const node = await eventually(`answer about ${name}`, () => nodes.get(name));
      expect(node.status?.conditions?.map(({ status }) => status)).toEqual(['True']);
      expect(node.spec?.taints ?? []).toEqual([]);
    }
    const { items } = await client.resource(resources.events).list({ namespace: 'default' });
    expect(items.filter(({ reason, involvedObject }) => reason === 'NodeNotReady' && names.includes(involvedObject.name ?? ''))).toEqual([]);
  } finally {
    end.abort();
    await Promise.all(kubelets);
  }
  await Promise.all(names.map((name) => nodes.delete(name)));
}, 120_000);

test('a successor takes over at once and changes nothing that is right', async () => {
  const namespace = await newNamespace('successor');
  await newController(namespace, 'web', 3);
  const before = (await podCount(namespace, 3)).map(({ metadata }) => metadata?.uid).sort();
  await running.stop();
  await client.resource(resources.replicationControllers).patch('web', { spec: { replicas: 4 } }, { namespace, type: 'application/merge-patch+json' });
  running = await start();
  const after = (await podCount(namespace, 4)).map(({ metadata }) => metadata?.uid);
  expect(after).toEqual(expect.arrayContaining(before));
}, 180_000);
