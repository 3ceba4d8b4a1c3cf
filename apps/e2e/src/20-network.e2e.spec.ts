import { GenericContainer, type StartedTestContainer } from 'testcontainers';
import { cluster, getJson, isReady, kubectl, onNode, pods, workers, type Pod } from './support/cluster';
import { apply, clientPod, createNamespace, deleteNamespace, nginxController } from './support/namespace';
import { eventually } from './support/run';

const namespace = 'network';
const exec = (pod: string, ...command: string[]): Promise<string> => kubectl(['exec', '-n', namespace, pod, '--', ...command]);
const curl = (address: string): string[] => ['curl', '-sS', '--max-time', '5', address];
let servers: Pod[];

beforeAll(async () => {
  await createNamespace(namespace);
  await apply(nginxController('web', 2), namespace);
  await apply(`apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { type: NodePort, selector: { app: web }, ports: [{ port: 80, targetPort: web }] }`, namespace);
  for (const node of workers) await apply(clientPod(`client-${node}`, node), namespace);
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=60s']);
  servers = await eventually('two ready servers', async () => {
    const found = await pods('app=web', namespace);
    return found.length === 2 && found.every(isReady) && found;
  });
});
afterAll(() => deleteNamespace(namespace));

it("gives pods addresses of their node's range, on both nodes", async () => {
  const nodes = await getJson<{ items: { metadata: { name: string }; spec: { podCIDR: string } }[] }>('nodes');
  for (const pod of servers) {
    const range = nodes.items.find((node) => node.metadata.name === pod.spec.nodeName)?.spec.podCIDR ?? '';
    expect(pod.status.podIP?.split('.').slice(0, 3)).toEqual(range.split('.').slice(0, 3));
  }
  expect(new Set(servers.map((pod) => pod.spec.nodeName)).size).toBe(2);
});

it('reaches every pod from every node and every pod, with the sender it is', async () => {
  for (const server of servers) {
    for (const node of workers) {
      expect(await onNode(node, ...curl(`http://${server.status.podIP}`))).toContain('Welcome to nginx');
      const client = `client-${node}`;
      const mark = `/mark-${client}`;
      await exec(client, ...curl(`http://${server.status.podIP}${mark}`));
      const { status } = await getJson<Pod>('pod', '-n', namespace, client);
      const log = await eventually('the access log', async () => {
        const text = await kubectl(['logs', '-n', namespace, server.metadata.name]);
        return text.split('\n').find((line) => line.includes(mark));
      });
      expect(log.split(' ')[0]).toBe(status.podIP);
    }
  }
});

it('spreads a Service over its pods, from nodes and pods', async () => {
  const { spec } = await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'web');
  for (let index = 0; index < 20; index++) {
    await exec('client-worker-1', ...curl(`http://${spec.clusterIP}/spread`));
    await onNode('worker-2', ...curl(`http://${spec.clusterIP}/spread`));
  }
  for (const server of servers) {
    const text = await kubectl(['logs', '-n', namespace, server.metadata.name]);
    // 40 requests at random: fewer than 5 on one side happens once in 50 million runs.
    expect(text.split('\n').filter((line) => line.includes('/spread')).length).toBeGreaterThan(4);
  }
});

it('lets a pod call itself through its Service', async () => {
  const [server] = servers;
  await kubectl(['scale', 'rc', 'web', '-n', namespace, '--replicas=1']);
  await eventually('one endpoint', async () => (await endpointsOf('web')).length === 1);
  const [left] = await pods('app=web', namespace);
  const { spec } = await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'web');
  const callItself = (): Promise<string> => exec(left?.metadata.name ?? server?.metadata.name ?? '', 'bash', '-c', `exec 3<>/dev/tcp/${spec.clusterIP}/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`);
  await eventually('an answer of itself', async () => (await callItself()).includes('Welcome to nginx'));
  await kubectl(['scale', 'rc', 'web', '-n', namespace, '--replicas=2']);
});

const endpointsOf = async (name: string): Promise<string[]> => {
  const endpoints = await getJson<{ subsets?: { addresses?: { ip: string }[] }[] }>('endpoints', '-n', namespace, name);
  return (endpoints.subsets ?? []).flatMap((subset) => subset.addresses ?? []).map(({ ip }) => ip);
};

it('refuses at once where a Service has no endpoint', async () => {
  await apply(`apiVersion: v1\nkind: Service\nmetadata: { name: nobody }\nspec: { selector: { app: nobody }, ports: [{ port: 80 }] }`, namespace);
  const { spec } = await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'nobody');
  await eventually('refused', async () => {
    const said = await exec('client-worker-1', 'sh', '-c', `curl -sS --max-time 5 http://${spec.clusterIP} 2>&1; true`);
    // 7: refused or unreachable at once; 28 would be a time-out.
    return said.includes('curl: (7)');
  });
});

it('answers on node ports and on the load balancer address, from a container outside of the cluster', async () => {
  let outside: StartedTestContainer | undefined;
  try {
    outside = await new GenericContainer('radial/busyboxplus:curl').withNetworkMode(`${cluster}_nodes`).withCommand(['sleep', '3600']).start();
    const service = await getJson<{ spec: { ports: { nodePort: number }[] } }>('service', '-n', namespace, 'web');
    const nodes = await getJson<{ items: { status: { addresses: { type: string; address: string }[] } }[] }>('nodes');
    for (const node of nodes.items) {
      const address = node.status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
      const answer = await outside.exec(curl(`http://${address}:${service.spec.ports[0]?.nodePort}`));
      expect(answer.output).toContain('Welcome to nginx');
    }
    await kubectl(['patch', 'service', 'web', '-n', namespace, '-p', '{"spec":{"type":"LoadBalancer"}}']);
    const ip = await eventually('an address', async () => {
      const { status } = await getJson<{ status: { loadBalancer: { ingress?: { ip: string }[] } } }>('service', '-n', namespace, 'web');
      return status.loadBalancer.ingress?.[0]?.ip;
    });
    const client = outside;
    await eventually('an answer', async () => (await client.exec(curl(`http://${ip}`))).output.includes('Welcome to nginx'));
  } finally {
    await outside?.stop();
  }
});

it('frees the load balancer address when the type changes back', async () => {
  await kubectl(['patch', 'service', 'web', '-n', namespace, '-p', '{"spec":{"type":"ClusterIP"}}']);
  await eventually('no address', async () => {
    const { status } = await getJson<{ status: { loadBalancer: { ingress?: unknown[] } } }>('service', '-n', namespace, 'web');
    return (status.loadBalancer.ingress ?? []).length === 0;
  });
});
