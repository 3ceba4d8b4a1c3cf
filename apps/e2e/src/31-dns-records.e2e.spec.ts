import { cluster, getJson, kubectl, kubectlTry } from './support/cluster';
import { apply, clientPod, createNamespace, deleteNamespace } from './support/namespace';
import { eventually } from './support/run';

const namespace = 'records';
const suffix = `${namespace}.svc.cluster.local`;

const exec = (pod: string, ...command: string[]): Promise<string> =>
  kubectlTry(['exec', '-n', namespace, pod, '--', ...command]).then(({ stdout, stderr }) => (stdout + stderr).trim());
/** Lines of the answer, sorted. */
const dig = (...args: string[]): Promise<string> => exec('client', 'dig', '+search', '+short', ...args).then((text) => text.split('\n').sort().join(' '));

const podWith = (name: string, spec: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: named } }
spec:
  terminationGracePeriodSeconds: 1
  ${spec}
  containers:
  - { name: c, image: 'radial/busyboxplus:curl', imagePullPolicy: IfNotPresent, command: [sleep, '36000'] }
---
`;
const ipOf = async (pod: string): Promise<string> => (await getJson<{ status: { podIP: string } }>('pod', '-n', namespace, pod)).status.podIP;

beforeAll(async () => {
  await createNamespace(namespace);
  await apply(
    clientPod('client', 'worker-1') +
      '\n---\n' +
      `apiVersion: v1\nkind: Service\nmetadata: { name: peers }\nspec: { clusterIP: None, selector: { app: named }, ports: [{ name: http, port: 80 }] }\n---\n` +
      `apiVersion: v1\nkind: Service\nmetadata: { name: alias }\nspec: { type: ExternalName, externalName: first.example }\n---\n` +
      `apiVersion: v1\nkind: Service\nmetadata: { name: plain }\nspec: { selector: { app: named }, ports: [{ name: http, port: 80 }] }\n---\n` +
      podWith('web', 'hostname: web-0\n  subdomain: peers') +
      podWith('full', 'hostname: full\n  subdomain: peers\n  setHostnameAsFQDN: true') +
      podWith('own-dns', 'dnsPolicy: None\n  dnsConfig: { nameservers: [192.0.2.53], searches: [resolv.conf.local], options: [{ name: ndots, value: "2" }, { name: use-vc }] }') +
      podWith('more-dns', 'dnsConfig: { searches: [more.example], options: [{ name: ndots, value: "3" }] }\n  hostAliases: [{ ip: 192.0.2.9, hostnames: [nine.example, nine] }]') +
      podWith('node-dns', 'dnsPolicy: Default') +
      podWith('on-host', 'hostNetwork: true\n  dnsPolicy: ClusterFirstWithHostNet'),
    namespace,
  );
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=60s']);
});
afterAll(() => deleteNamespace(namespace));

it('a pod with hostname and subdomain has a name below the Service, and knows it', async () => {
  await eventually('the name', async () => (await dig('web-0.peers')) === (await ipOf('web')));
  expect(await exec('web', 'hostname')).toBe('web-0');
  expect(await exec('web', 'hostname', '-f')).toBe(`web-0.peers.${suffix}`);
  expect(await exec('web', 'getent', 'hosts', 'web-0')).toMatch(new RegExp(`^${await ipOf('web')}\\s+web-0\\.peers\\.${suffix} web-0$`));
  expect(await exec('full', 'hostname')).toBe(`full.peers.${suffix}`);
  const target = await exec('client', 'dig', '+short', '-x', await ipOf('web'));
  expect(target).toBe(`web-0.peers.${suffix}.`);
});

it('SRV of a headless Service names each pod', async () => {
  const answer = await eventually('both names', async () => {
    const found = await dig('_http._tcp.peers.records.svc', 'SRV');
    return found.includes('full.') && found.includes('web-0.') && found;
  });
  expect(answer).toMatch(new RegExp(`0 \\d+ 80 full\\.peers\\.${suffix}\\.`));
  expect(answer).toMatch(new RegExp(`0 \\d+ 80 web-0\\.peers\\.${suffix}\\.`));
  expect(await dig('+tcp', '_http._tcp.peers.records.svc', 'SRV')).toBe(answer);
});

it('both kinds of Services have their names in part and in full, with their ports', async () => {
  const { spec } = await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'plain');
  const pods = await Promise.all(['web', 'full'].map(ipOf));
  const has = (question: string[], wanted: string[]) =>
    eventually(question.join(' '), async () => {
      const answer = await dig(...question);
      return wanted.every((text) => answer.split(/\s/).includes(text));
    });
  await Promise.all(
    ['', `.${namespace}`, `.${namespace}.svc`, `.${suffix}.`].flatMap((rest) => [
      has([`plain${rest}`], [spec.clusterIP]),
      has([`_http._tcp.plain${rest}`, 'SRV'], ['80', `plain.${suffix}.`]),
      has([`peers${rest}`], pods),
      has([`_http._tcp.peers${rest}`, 'SRV'], ['80', `web-0.peers.${suffix}.`, `full.peers.${suffix}.`]),
    ]),
  );
});

it('every address has a name below pod', async () => {
  expect(await dig('10-244-7-9.records.pod.cluster.local')).toBe('10.244.7.9');
  expect(await exec('client', 'dig', '10-244-7-9.nowhere.pod.cluster.local')).toContain('NXDOMAIN');
});

it('ExternalName is an alias that follows its Service, also to another type', async () => {
  const is = (type: string, expected: RegExp) => eventually(`${type} ${expected}`, async () => expected.test(await dig(`alias.${suffix}.`, type)));
  const patch = (spec: object) => kubectl(['patch', 'service', 'alias', '-n', namespace, '--type=merge', '-p', JSON.stringify({ spec })]);
  await is('CNAME', /^first\.example\.$/);
  await patch({ externalName: 'second.example' });
  await is('CNAME', /^second\.example\.$/);
  await patch({ externalName: `peers.${suffix}` });
  await is('A', new RegExp(await ipOf('web')));
  await patch({ type: 'ClusterIP', externalName: null, ports: [{ port: 80 }] });
  const { spec } = await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'alias');
  await is('A', new RegExp(`^${spec.clusterIP}$`));
});

const resolver = async (pod: string): Promise<string[]> => (await exec(pod, 'cat', '/etc/resolv.conf')).split('\n');

it('dnsPolicy and dnsConfig say what a pod asks', async () => {
  expect(await resolver('own-dns')).toEqual(['nameserver 192.0.2.53', 'search resolv.conf.local', 'options ndots:2 use-vc']);
  const clusterSearch = `search ${suffix} svc.cluster.local cluster.local`;
  const [, ...more] = await resolver('more-dns');
  expect(more).toEqual([`${clusterSearch} more.example`, 'options ndots:3']);
  expect((await resolver('on-host'))[1]).toBe(clusterSearch);
});

it('dnsPolicy Default asks whom the node asks, and gets an answer', async () => {
  // Docker's own name server knows the containers of the node network; the cluster's names are not its business.
  expect(await exec('node-dns', 'getent', 'hosts', `${cluster}-apiserver`)).toContain(`${cluster}-apiserver`);
  expect((await resolver('node-dns')).join()).not.toContain('cluster.local');
});

it('hosts has the aliases, and names of the cluster come by DNS', async () => {
  expect(await exec('more-dns', 'getent', 'hosts', 'nine')).toMatch(/^192\.0\.2\.9\s+nine\.example nine$/);
  expect(await exec('more-dns', 'getent', 'hosts', 'kubernetes.default')).toContain('kubernetes.default.svc.cluster.local');
  expect(await exec('more-dns', 'head', '-n1', '/etc/hosts')).toBe('# Kubernetes-managed hosts file.');
});
