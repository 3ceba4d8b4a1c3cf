import type { EndpointSlice, Node, Service, ServiceCIDR } from '@typernetes/api';
import { pino } from 'pino';
import { defaultConfig } from './config';
import type { Running } from '@typernetes/component';
import { startProxy } from './start';
import { MemoryInformer } from './testing/memory-informer';
import { nodeOf, serviceOf, sliceOf } from './testing/objects';
import { addresses, TestNetwork } from './testing/test-network';

jest.setTimeout(120_000);

const { node, client, pod1, pod2, loadBalancer } = addresses;
const network = new TestNetwork();
const services = new MemoryInformer<Service>();
const slices = new MemoryInformer<EndpointSlice>();
const nodes = new MemoryInformer<Node>();
const cidrs = new MemoryInformer<ServiceCIDR>();
let proxy: Running | undefined;
let transactions: string[] = [];
let onTransaction: () => void = () => undefined;

const start = async (): Promise<Running> =>
  startProxy(
    {
      ...defaultConfig,
      nodeName: 'node',
      clusterCidr: '10.244.0.0/16',
      healthzBindAddress: '127.0.0.1:18256',
      metricsBindAddress: '127.0.0.1:18249',
    },
    { services, slices, nodes, cidrs },
    {
      logger: pino({ level: process.env.LOG_LEVEL ?? 'error' }),
      run: async (program, args, stdin) => {
        const output = await network.runOnNode(program, args, stdin);
        if (program === 'nft' && stdin) {
          transactions.push(stdin);
          onTransaction();
        }
        return output;
      },
    },
  );

/** Puts objects and waits until the kernel has them. */
const apply = async (...put: (() => void)[]): Promise<void> => {
  const done = new Promise<void>((resolve) => (onTransaction = resolve));
  put.forEach((one) => one());
  await done;
  // Flows and addresses come after the transaction.
  await new Promise((resolve) => setTimeout(resolve, 150));
};

const withService = (service: Service, endpoints: Parameters<typeof sliceOf>[1], port?: Parameters<typeof sliceOf>[2]): Promise<void> =>
  apply(
    () => services.put(service),
    () => slices.put(sliceOf(service.metadata?.name ?? '', endpoints, port)),
  );

const removeService = (name: string): Promise<void> =>
  apply(() => {
    services.remove(serviceOf(name));
    slices.remove(sliceOf(name, []));
  });

/** Asks until the answer is as wanted: announcements and routes come by themselves, a moment after the rules. */
const until = async (what: string, ask: () => Promise<string>, isWanted: (answer: string) => boolean): Promise<void> => {
  const deadline = Date.now() + 20_000;
  for (let answer = await ask(); !isWanted(answer); answer = await ask()) {
    if (Date.now() > deadline) throw new Error(`${what}: last was ${answer}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const times = async (count: number, ask: () => Promise<string>): Promise<string[]> => {
  const answers: string[] = [];
  for (let turn = 0; turn < count; turn++) answers.push(await ask());
  return answers;
};

const other = nodeOf('other', '172.30.99.3', '10.244.96.0/24');

beforeAll(async () => {
  network.create();
  nodes.put(nodeOf('node', node, '10.244.97.0/24'));
  nodes.put(other);
  const first = new Promise<void>((resolve) => (onTransaction = resolve));
  proxy = await start();
  await first;
});

afterAll(async () => {
  await proxy?.stop();
  network.destroy();
});

describe('ClusterIP', () => {
  const ip = '10.96.0.50';
  beforeAll(() => withService(serviceOf('web'), [pod1, pod2]));
  afterAll(() => removeService('web'));

  test('answers from node and pods, spread over the endpoints', async () => {
    const answers = await times(16, () => network.ask('node', ip, 80));
    expect(new Set(answers.map((answer) => answer.split(' ')[0]))).toEqual(new Set(['pod1', 'pod2']));
  });

  test('an endpoint sees the pod that asks, and itself as the node', async () => {
    const answers = new Set(await times(16, () => network.ask('pod1', ip, 80)));
    expect(answers).toEqual(new Set(['pod1 10.244.97.1', `pod2 ${pod1}`]));
  });

  test('a port that the Service does not have is refused at once', async () => {
    await expect(network.ask('node', ip, 81)).rejects.toThrow('Connection refused');
    await expect(network.ask('pod1', ip, 81)).rejects.toThrow('Connection refused');
  });

  test('an endpoint that leaves gets nothing more; none at all refuses', async () => {
    await apply(() => slices.put(sliceOf('web', [pod2])));
    expect(new Set(await times(6, () => network.ask('node', ip, 80)))).toEqual(new Set(['pod2 10.244.97.1']));
    await apply(() => slices.put(sliceOf('web', [])));
    await expect(network.ask('node', ip, 80)).rejects.toThrow('Connection refused');
    await expect(network.ask('pod1', ip, 80)).rejects.toThrow('Connection refused');
    await apply(() => slices.put(sliceOf('web', [{ ip: pod1, ready: false, serving: true, terminating: true }])));
    expect(await network.ask('pod2', ip, 80)).toBe(`pod1 ${pod2}`);
    await apply(() => slices.put(sliceOf('web', [pod1, pod2])));
  });

  test('change after change gets into the kernel', async () => {
    const durations: number[] = [];
    for (let turn = 0; turn < 11; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      const startedAt = performance.now();
      const done = new Promise<void>((resolve) => (onTransaction = resolve));
      slices.put(sliceOf('web', turn % 2 ? [pod1, pod2] : [pod1]));
      await done;
      durations.push(performance.now() - startedAt);
    }
    // A figure to read, not to judge by: how long it takes depends on what else the machine does.
    process.stdout.write(`change to kernel, ms: ${durations.map(Math.round).join(' ')}\n`);
    expect(durations).toHaveLength(11);
  });
});

test('ClientIP affinity keeps a client at its endpoint, also over changes of others', async () => {
  await withService(serviceOf('sticky', { clusterIP: '10.96.0.51', sessionAffinity: 'ClientIP' }), [pod1, pod2]);
  const [first, ...rest] = await times(8, () => network.ask('node', '10.96.0.51', 80));
  expect(new Set(rest)).toEqual(new Set([first]));
  await removeService('sticky');
});

describe('from outside', () => {
  const nodePort = { ports: [{ port: 80, protocol: 'TCP', name: 'http', nodePort: 30080 }] };

  test('NodePort answers on the node address, masqueraded', async () => {
    await withService(serviceOf('np', { clusterIP: '10.96.0.52', type: 'NodePort', ...nodePort }), [pod1]);
    expect(await network.ask('client', node, 30080)).toBe('pod1 10.244.97.1');
    expect(await network.ask('node', node, 30080)).toBe('pod1 10.244.97.1');
    expect(await network.ask('pod2', node, 30080)).toBe('pod1 10.244.97.1');
    await apply(() => slices.put(sliceOf('np', [])));
    await expect(network.ask('client', node, 30080)).rejects.toThrow('Connection refused');
    await removeService('np');
  });

  test('policy Local keeps the client address, and drops where there is no local endpoint', async () => {
    const spec = { clusterIP: '10.96.0.53', type: 'NodePort', externalTrafficPolicy: 'Local', ...nodePort };
    await withService(serviceOf('local', spec), [pod1, { ip: '10.244.96.5', node: 'other' }]);
    expect(new Set(await times(6, () => network.ask('client', node, 30080)))).toEqual(new Set([`pod1 ${client}`]));
    await apply(() => slices.put(sliceOf('local', [{ ip: pod1, node: 'other' }])));
    await expect(network.ask('client', node, 30080)).rejects.toThrow(/timed out/i);
    expect(await network.ask('node', node, 30080)).toMatch(/^pod1 /);
    await removeService('local');
  });

  describe('with no other node', () => {
    beforeAll(() => nodes.remove(other));
    afterAll(() => nodes.put(other));

    test('a LoadBalancer address is held by the node, answers, and honours source ranges', async () => {
      const spec = { clusterIP: '10.96.0.54', type: 'LoadBalancer', ...nodePort };
      network.rememberNeighbour(loadBalancer, '02:00:00:00:00:99');
      await withService(serviceOf('lb', spec, [loadBalancer]), [pod1]);
      await until('the neighbour learns who holds it', () => network.neighbour(loadBalancer), (known) => !known.includes('02:00:00:00:00:99'));
      expect(await network.ask('client', loadBalancer, 80)).toBe('pod1 10.244.97.1');
      expect(await network.ask('pod2', loadBalancer, 80)).toBe('pod1 10.244.97.1');
      await expect(network.ask('client', loadBalancer, 81)).rejects.toThrow('Connection refused');
      await apply(() => services.put(serviceOf('lb', { ...spec, loadBalancerSourceRanges: ['203.0.113.0/24'] }, [loadBalancer])));
      await expect(network.ask('client', loadBalancer, 80)).rejects.toThrow(/timed out/i);
      await apply(() => services.put(serviceOf('lb', { ...spec, type: 'ClusterIP', ports: [{ port: 80, name: 'http' }] })));
      await expect(network.ask('client', loadBalancer, 80)).rejects.toThrow(/timed out|No route to host/i);
      await removeService('lb');
    });
  });
});

test('a UDP flow moves on when its endpoint leaves', async () => {
  const port = { name: 'dns', port: 53, protocol: 'UDP' };
  const service = serviceOf('dns', { clusterIP: '10.96.0.10', ports: [port] });
  await withService(service, [pod1], port);
  const session = network.udpSession('node', '10.96.0.10', 53, 40_053);
  expect(await session.send()).toMatch(/^pod1 /);
  await apply(() => slices.put(sliceOf('dns', [pod2], port)));
  expect(await session.send()).toMatch(/^pod2 /);
  session.close();
  await removeService('dns');
});

test('routes: other nodes pods by their node, the cluster ranges to nowhere', async () => {
  const shown = (): Promise<string> => network.runOnNode('ip', ['route', 'show', 'proto', '141']);
  await until('the route to the other node', shown, (routes) => routes.includes('10.244.96.0'));
  const routes = await shown();
  expect(routes.trim().split('\n').map((line) => line.trim().replace(/ linkdown$/, '')).sort()).toEqual([
    `10.244.0.0/16 dev t8s0 scope link src ${node}`,
    '10.244.96.0/24 via 172.30.99.3 dev eth0',
    `10.96.0.0/16 dev t8s0 scope link src ${node}`,
  ]);
  const cidr = { metadata: { name: 'more' }, spec: { cidrs: ['10.97.0.0/24'] } };
  cidrs.put(cidr);
  await until('the range of a ServiceCIDR', shown, (more) => more.includes('10.97.0.0/24 dev t8s0'));
  cidrs.remove(cidr);
  await until('it leaves', shown, (left) => !left.includes('10.97.0.0'));
  nodes.remove(other);
  await until('its route leaves', shown, (left) => !left.includes('10.244.96.0'));
});

test('after a restart the rules are as before, and they answered all the time', async () => {
  await withService(serviceOf('web'), [pod1, pod2]);
  await proxy?.stop();
  expect(await network.ask('client', node, 22).catch(() => 'refused')).toBe('refused');
  expect(await network.ask('node', '10.96.0.50', 80)).toMatch(/^pod/);
  // What changed meanwhile is caught up with; what left is gone.
  services.remove(serviceOf('web'));
  services.put(serviceOf('web2', { clusterIP: '10.96.0.60' }));
  slices.put(sliceOf('web2', [pod2]));
  transactions = [];
  const first = new Promise<void>((resolve) => (onTransaction = resolve));
  proxy = await start();
  await first;
  expect(transactions).toHaveLength(1);
  expect(await network.ask('node', '10.96.0.60', 80)).toMatch(/^pod2/);
  await expect(network.ask('node', '10.96.0.50', 80)).rejects.toThrow(/timed out|No route/i);
});

test('health and metrics tell', async () => {
  const health = await (await fetch('http://127.0.0.1:18256/healthz')).json();
  expect(health).toMatchObject({ nodeEligible: true });
  const metrics = await (await fetch('http://127.0.0.1:18249/metrics')).text();
  expect(metrics).toMatch(/kubeproxy_sync_proxy_rules_duration_seconds_count [1-9]/);
});
