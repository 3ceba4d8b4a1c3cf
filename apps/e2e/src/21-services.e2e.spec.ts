import { cluster, getJson, isReady, kubectl, kubectlTry, onNode, pods, workers } from './support/cluster';
import { apply, clientPod, createNamespace, deleteNamespace } from './support/namespace';
import { serverPod, serverSet } from './support/net-server';
import { eventually, must } from './support/run';

const namespace = 'services';
interface Service {
  spec: { type: string; clusterIP?: string; healthCheckNodePort?: number; ports: { name?: string; port: number; nodePort: number }[] };
  status: { loadBalancer: { ingress?: { ip: string }[] } };
}
type Ask = (command: string) => Promise<string>;

const fromPod = (pod: string): Ask => async (command) => {
  const { stdout, stderr } = await kubectlTry(['exec', '-n', namespace, pod, '--', 'bash', '-c', command]);
  return stdout + stderr;
};
/** Clients: a pod on each node, and each node itself. */
const client1 = fromPod('client-1');
const client2 = fromPod('client-2');
const node1: Ask = (command) => onNode('worker-1', 'bash', '-c', `${command}; true`);
const clients: [string, Ask][] = [['a pod on worker-1', client1], ['a pod on worker-2', client2], ['worker-1', node1]];

const http = (address: string): string => `curl -sS --max-time 3 http://${address} 2>&1`;
/** One datagram there, one line back; a lost one is sent again. */
const udp = (ip: string, port: number): string =>
  `for i in 1 2 3; do exec 3<>/dev/udp/${ip}/${port}; echo hello >&3; timeout 1 head -n1 <&3 && break; done 2>&1`;
const often = (command: string): string => `for n in 1 2 3 4 5 6 7 8 9 10 11 12; do ${command}; echo; done`;
/** Names of the pods that answered. */
const answered = (said: string): string[] => [...new Set(said.split('\n').filter(Boolean).map((line) => line.split(' ')[0] ?? ''))].sort();

const service = (name: string, spec: string): string => `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: ${spec}\n---\n`;
const read = (name: string): Promise<Service> => getJson<Service>('service', '-n', namespace, name);
const patch = (name: string, spec: object): Promise<string> => kubectl(['patch', 'service', name, '-n', namespace, '--type=merge', '-p', JSON.stringify({ spec })]);
const bothProtocols = [
  { name: 'tcp', port: 80, targetPort: 8080, protocol: 'TCP' },
  { name: 'udp', port: 80, targetPort: 8080, protocol: 'UDP' },
];
let nodeIPs: string[];
let podIPs: Record<string, string>;

beforeAll(async () => {
  await createNamespace(namespace);
  const servers = await Promise.all([
    serverPod('one', { node: 'worker-1' }),
    serverPod('two', { node: 'worker-2' }),
    serverPod('three', { node: 'worker-2' }),
    serverPod('only', { node: 'worker-2', app: 'only' }),
  ]);
  await apply(servers.join('') + service('web', `{ type: NodePort, selector: { app: server }, ports: ${JSON.stringify(bothProtocols)} }`), namespace);
  for (const [index, node] of workers.entries()) await apply(clientPod(`client-${index + 1}`, node), namespace);
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=60s']);
  const nodes = await getJson<{ items: { status: { addresses: { type: string; address: string }[] } }[] }>('nodes');
  nodeIPs = nodes.items.map(({ status }) => status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '');
  const list = await getJson<{ items: { metadata: { name: string }; status: { podIP: string } }[] }>('pods', '-n', namespace);
  podIPs = Object.fromEntries(list.items.map(({ metadata, status }) => [metadata.name, status.podIP]));
});
afterAll(() => deleteNamespace(namespace));

it.each(clients)('pods answer %s by HTTP and UDP, at their own and all addresses of their Service', async (_name, ask) => {
  for (const name of ['one', 'two']) {
    expect(await ask(http(`${podIPs[name]}:8080`))).toContain(name);
    expect(await ask(udp(podIPs[name] ?? '', 8080))).toContain(name);
  }
  const { spec } = await read('web');
  const all = ['one', 'three', 'two'];
  // Only pods ask the cluster's DNS.
  if (ask !== node1) expect(all).toEqual(expect.arrayContaining(answered(await ask(http('web')))));
  await eventually('all by the cluster address', async () => answered(await ask(often(http(`${spec.clusterIP}`)))).join() === all.join());
  expect(all).toEqual(expect.arrayContaining(answered(await ask(often(udp(spec.clusterIP ?? '', 80))))));
  for (const ip of nodeIPs) {
    expect(all).toEqual(expect.arrayContaining(answered(await ask(often(http(`${ip}:${spec.ports[0]?.nodePort}`))))));
    expect(all).toEqual(expect.arrayContaining(answered(await ask(udp(ip, spec.ports[1]?.nodePort ?? 0)))));
  }
});

it.each(['ReplicaSet', 'ReplicationController'] as const)('each replica of a %s answers by HTTP and UDP', async (kind) => {
  const name = kind.toLowerCase();
  await apply(await serverSet(kind, name, 2), namespace);
  const replicas = await eventually('two ready', async () => {
    const found = await pods(`app=${name}`, namespace);
    return found.length === 2 && found.every(isReady) && found;
  });
  for (const { metadata, status } of replicas) {
    expect(answered(await node1(http(`${status.podIP}:8080`)))).toEqual([metadata.name]);
    expect(answered(await node1(udp(status.podIP ?? '', 8080)))).toEqual([metadata.name]);
  }
  await kubectl(['delete', name, name, '-n', namespace]);
}, 90_000);

it.each(['ClusterIP', 'NodePort'])('session affinity of a Service of type %s comes and goes', async (type) => {
  const name = `sticky-${type.toLowerCase()}`;
  await apply(service(name, `{ type: ${type}, sessionAffinity: ClientIP, selector: { app: server }, ports: [{ port: 80, targetPort: 8080 }] }`), namespace);
  const { spec } = await read(name);
  const [ip1, ip2] = nodeIPs;
  const targets = [name, `${spec.clusterIP}`, ...(type === 'NodePort' ? [`${ip1}:${spec.ports[0]?.nodePort}`, `${ip2}:${spec.ports[0]?.nodePort}`] : [])];
  const spread = (expected: boolean) =>
    eventually(expected ? 'spread' : 'always the same', async () => {
      const found = await Promise.all(targets.map(async (target) => answered(await client1(often(http(target))))));
      return found.every((names) => names.every((each) => ['one', 'three', 'two'].includes(each)) && names.length > 1 === expected);
    });
  await spread(false);
  await patch(name, { sessionAffinity: 'None' });
  await spread(true);
  await patch(name, { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } });
  await spread(false);
});

it('a port number serves TCP, UDP or both', async () => {
  const { spec } = await read('web');
  const ip = spec.clusterIP ?? '';
  const expectOnly = (tcp: boolean, datagrams: boolean) =>
    eventually(`tcp ${tcp}, udp ${datagrams}`, async () => /^(one|two|three)/.test(await client1(http(ip))) === tcp && /^(one|two|three)/m.test(await client1(udp(ip, 80))) === datagrams);
  await patch('web', { ports: bothProtocols.slice(0, 1) });
  await expectOnly(true, false);
  await patch('web', { ports: bothProtocols.slice(1) });
  await expectOnly(false, true);
  await patch('web', { ports: bothProtocols });
  await expectOnly(true, true);
});

describe('a change of type', () => {
  const answers = (name: string, target = name) => eventually(`${name} by ${target}`, async () => /^(one|two|three)/.test(await client2(http(target))));
  const toName = { type: 'ExternalName', externalName: `web.${namespace}.svc.cluster.local`, clusterIP: null, clusterIPs: null };

  it.each(['ClusterIP', 'NodePort'])('from %s to ExternalName gives up what a name has no use for', async (type) => {
    const name = `to-name-${type.toLowerCase()}`;
    await apply(service(name, `{ type: ${type}, selector: { app: server }, ports: [{ port: 80, targetPort: 8080 }] }`), namespace);
    const before = await read(name);
    await answers(name);
    await patch(name, toName);
    const { spec } = await read(name);
    expect([spec.type, spec.clusterIP, spec.ports[0]?.nodePort]).toEqual(['ExternalName', undefined, undefined]);
    await eventually('the old address is silent', async () => (await client1(http(`${before.spec.clusterIP}`))).includes('curl: ('));
    if (type === 'NodePort') await eventually('the old node port is silent', async () => (await client1(http(`${nodeIPs[1]}:${before.spec.ports[0]?.nodePort}`))).includes('curl: ('));
    const { spec: web } = await read('web');
    await eventually('the name leads elsewhere', async () => (await client2(`nslookup ${name}.${namespace}.svc.cluster.local`)).includes(web.clusterIP ?? 'none'));
    await answers(name);
  });

  it.each(['ClusterIP', 'NodePort'])('from ExternalName to %s makes it answer by itself', async (type) => {
    const name = `from-name-${type.toLowerCase()}`;
    await apply(service(name, '{ type: ExternalName, externalName: elsewhere.example }'), namespace);
    expect((await read(name)).spec.clusterIP).toBeUndefined();
    await patch(name, { type, externalName: null, selector: { app: 'server' }, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] });
    const { spec } = await read(name);
    for (const target of [name, `${spec.clusterIP}`]) await answers(name, target);
    if (type === 'NodePort') for (const ip of nodeIPs) await answers(name, `${ip}:${spec.ports[0]?.nodePort}`);
  });
});

it('external addresses answer inside', async () => {
  const external = `${nodeIPs[0]?.split('.').slice(0, 2).join('.')}.250.250`;
  await apply(service('external', `{ selector: { app: server }, externalIPs: [${external}], ports: [{ port: 80, targetPort: 8080 }] }`), namespace);
  for (const [, ask] of clients) await eventually('an answer', async () => /^(one|two|three)/.test(await ask(http(external))));
});

describe('policy Local', () => {
  it('external: keeps the client, serves where an endpoint is, and tells load balancers', async () => {
    await apply(service('local', '{ type: LoadBalancer, externalTrafficPolicy: Local, selector: { app: only }, ports: [{ port: 80, targetPort: 8080 }] }'), namespace);
    const { spec } = await read('local');
    const [ip1, ip2] = nodeIPs;
    const port = spec.ports[0]?.nodePort;
    await eventually('the node with the endpoint', async () => (await node1(http(`${ip2}:${port}`))).startsWith(`only ${ip1}`));
    // A node's own pods are not restricted; those of another node are outside.
    await eventually('a pod of a node without', async () => (await client1(http(`${ip1}:${port}`))).startsWith(`only ${podIPs['client-1']}`));
    await eventually('no answer', async () => (await client2(http(`${ip1}:${port}`))).includes('timed out'));
    const health = (ip?: string): Promise<string> => node1(`curl -s --max-time 3 -o /dev/null -w '%{http_code}' http://${ip}:${spec.healthCheckNodePort}/healthz`);
    await eventually('health', async () => (await health(ip1)) === '503' && (await health(ip2)) === '200');
    const address = await eventually('an address', async () => (await read('local')).status.loadBalancer.ingress?.[0]?.ip);
    await eventually('the address from a pod', async () => (await client1(http(address))).startsWith(`only ${podIPs['client-1']}`));
  });

  it('internal: only the endpoint of the own node, or none', async () => {
    await apply(service('inside', '{ internalTrafficPolicy: Local, selector: { app: only }, ports: [{ port: 80, targetPort: 8080 }] }'), namespace);
    const { spec } = await read('inside');
    await eventually('an answer', async () => (await client2(http(`${spec.clusterIP}`))).startsWith('only'));
    await eventually('no answer', async () => (await client1(http(`${spec.clusterIP}`))).includes('timed out'));
  });
});

it('trafficDistribution keeps to the own node while it can', async () => {
  await apply(service('near', '{ trafficDistribution: PreferSameNode, selector: { app: server }, ports: [{ port: 80, targetPort: 8080 }] }'), namespace);
  await eventually('worker-1', async () => answered(await client1(often(http('near')))).join() === 'one');
  await eventually('worker-2', async () => answered(await client2(often(http('near')))).join() === 'three,two');
});

it('endpoints made by hand: several slices, and Endpoints, which are mirrored', async () => {
  const slice = (name: string, ip = '', port = '', owner = 'hand'): string =>
    `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: ${name}, labels: { kubernetes.io/service-name: ${owner} } }\naddressType: IPv4\nendpoints: [{ addresses: [${ip}] }]\nports: [${port}]\n---\n`;
  await apply(
    service('hand', '{ ports: [{ name: a, port: 80, targetPort: 8080 }, { name: b, port: 81, targetPort: 8090 }] }') +
      slice('hand-a', podIPs['one'], '{ name: a, port: 8080 }') +
      slice('hand-b', podIPs['two'], '{ name: b, port: 8090 }') +
      service('hand-one', '{ ports: [{ name: a, port: 80, targetPort: 8080 }, { name: b, port: 81, targetPort: 8090 }] }') +
      slice('hand-one-a', podIPs['one'], '{ name: a, port: 8080 }', 'hand-one') +
      slice('hand-one-b', podIPs['one'], '{ name: b, port: 8090 }', 'hand-one') +
      service('mirrored', '{ ports: [{ port: 80 }] }') +
      `apiVersion: v1\nkind: Endpoints\nmetadata: { name: mirrored }\nsubsets: [{ addresses: [{ ip: ${podIPs['one']} }], ports: [{ port: 8080 }] }]\n`,
    namespace,
  );
  await eventually('the first slice', async () => (await client1(http('hand'))).startsWith('one'));
  await eventually('the second slice', async () => (await client1(http('hand:81'))) === 'other two');
  await eventually('both ports of one address', async () => (await client1(http('hand-one'))).startsWith('one') && (await client1(http('hand-one:81'))) === 'other one');
  await eventually('the mirrored endpoints', async () => (await client1(http('mirrored'))).startsWith('one'));
  await kubectl(['delete', 'endpoints', 'mirrored', '-n', namespace]);
  await eventually('refused without', async () => (await client1(http('mirrored'))).includes('curl: (7)'));
});

it('serves by pods that are ending while there are no others', async () => {
  await apply((await serverPod('ending', { app: 'ending', lingerSeconds: 20 })) + service('ending', '{ selector: { app: ending }, ports: [{ port: 80, targetPort: 8080 }] }'), namespace);
  await eventually('an answer', async () => (await client1(http('ending'))).startsWith('ending'));
  await kubectl(['delete', 'pod', 'ending', '-n', namespace, '--wait=false']);
  interface Slices {
    items: { endpoints: { conditions: object }[] }[];
  }
  const conditions = await eventually('it is terminating', async () => {
    const { items } = await getJson<Slices>('endpointslices', '-n', namespace, '-l', 'kubernetes.io/service-name=ending');
    const [found] = items.flatMap(({ endpoints }) => endpoints.map((endpoint) => endpoint.conditions as { terminating?: boolean }));
    return found?.terminating && found;
  });
  expect(conditions).toEqual({ ready: false, serving: true, terminating: true });
  expect(await client1(http('ending'))).toContain('ending');
  await kubectl(['delete', 'pod', 'ending', '-n', namespace, '--grace-period=0', '--force', '--ignore-not-found']);
  await eventually('refused after it', async () => (await client1(http('ending'))).includes('curl: (7)'));
});

it('one host port serves several pods by address and protocol; a taken one lets a pod wait', async () => {
  const port = (hostIP: string, protocol: string): string => `[{ containerPort: 8080, hostPort: 29080, hostIP: ${hostIP}, protocol: ${protocol} }]`;
  const [ip1 = ''] = nodeIPs;
  const on = (name: string, ports: string): Promise<string> => serverPod(name, { app: 'host', node: 'worker-1', ports });
  await apply((await on('host-loopback', port('127.0.0.1', 'TCP'))) + (await on('host-tcp', port(ip1, 'TCP'))) + (await on('host-udp', port(ip1, 'UDP'))), namespace);
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', '-l', 'app=host', '--timeout=60s']);
  expect(await node1(http('127.0.0.1:29080'))).toContain('host-loopback');
  expect(await node1(http(`${ip1}:29080`))).toContain('host-tcp');
  expect(await client2(http(`${ip1}:29080`))).toBe(`host-tcp ${podIPs['client-2']}`);
  expect(await client2(udp(ip1, 29_080))).toContain('host-udp');
  await apply(await on('host-any', port('0.0.0.0', 'TCP')), namespace);
  await eventually('the reason', async () => (await kubectl(['get', 'events', '-n', namespace, '--field-selector=involvedObject.name=host-any'])).includes("1 node(s) didn't have free ports for the requested pod ports"));
});

it('cluster addresses that nobody has never leave a node', async () => {
  const { spec } = await getJson<{ spec: { clusterIP: string } }>('service', 'kubernetes');
  const services = spec.clusterIP.split('.').slice(0, 2).join('.');
  const pods = (podIPs['one'] ?? '').split('.').slice(0, 2).join('.');
  const rules = `table ip t8s-e2e-watch {
    counter lost { }
    counter known { }
    chain out {
      type filter hook postrouting priority 300
      oifname "eth0" ip daddr { ${services}.0.0/16, ${pods}.250.0/24 } counter name lost
      oifname "eth0" ip daddr ${podIPs['two']} counter name known
    }
  }\n`;
  const nft = (...args: string[]): Promise<string> => must('docker', ['exec', '-i', `${cluster}-worker-1`, 'nft', ...args]);
  await must('docker', ['exec', '-i', `${cluster}-worker-1`, 'nft', '-f', '-'], { input: rules });
  try {
    for (const ask of [client1, node1]) for (const nobody of [`${services}.255.254`, `${pods}.250.9`]) expect(await ask(http(nobody))).toMatch(/curl: \((7|28)\)/);
    await client1(http(`${podIPs['two']}:8080`));
    expect(await nft('list', 'counter', 'ip', 't8s-e2e-watch', 'known')).not.toContain('packets 0 ');
    expect(await nft('list', 'counter', 'ip', 't8s-e2e-watch', 'lost')).toContain('packets 0 ');
  } finally {
    await nft('delete', 'table', 'ip', 't8s-e2e-watch');
  }
});
