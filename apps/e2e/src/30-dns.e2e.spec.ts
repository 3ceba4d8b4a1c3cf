import { getJson, kubectl, kubectlTry, pods } from './support/cluster';
import { apply, clientPod, createNamespace, deleteNamespace, nginxController } from './support/namespace';
import { eventually } from './support/run';

const namespace = 'names';
let clusterIP: string;

const lookup = (...args: string[]): Promise<string> =>
  kubectlTry(['exec', '-n', namespace, 'client', '--', 'nslookup', ...args]).then(({ stdout, stderr }) => `${stdout}${stderr}`);

beforeAll(async () => {
  await createNamespace(namespace);
  await apply(nginxController('web', 2), namespace);
  const service = (name: string, more: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { selector: { app: web }, ports: [{ name: http, port: 80 }]${more} }\n---\n`;
  await apply(service('web', '') + service('peers', ', clusterIP: None') + clientPod('client', 'worker-1'), namespace);
  await kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod', '--all', '--timeout=60s']);
  clusterIP = (await getJson<{ spec: { clusterIP: string } }>('service', '-n', namespace, 'web')).spec.clusterIP;
  await eventually('the new name', async () => (await lookup('web.names.svc.cluster.local')).includes(clusterIP));
});
afterAll(() => deleteNamespace(namespace));

it.each(['web', 'web.names', 'web.names.svc', 'web.names.svc.cluster.local', 'kubernetes.default'])('finds %s by the search path', async (name) => {
  const expected = name.startsWith('kubernetes') ? '10.96.0.1' : clusterIP;
  expect(await lookup(name)).toContain(expected);
});

it('gives all pods of a headless Service', async () => {
  const addresses = (await pods('app=web', namespace)).map((pod) => pod.status.podIP ?? 'none');
  const answer = await eventually('both pods', async () => {
    const text = await lookup('peers.names.svc.cluster.local');
    return addresses.every((address) => text.includes(address)) && text;
  });
  expect(answer).not.toContain(clusterIP);
});

it('gives ports by SRV', async () => {
  expect(await lookup('-type=srv', '_http._tcp.web.names.svc.cluster.local')).toMatch(/\b80 web\.names\.svc\.cluster\.local/);
});

it('gives names by PTR', async () => {
  expect(await lookup('-type=ptr', clusterIP.split('.').reverse().join('.') + '.in-addr.arpa')).toContain('web.names.svc.cluster.local');
});

it('says NXDOMAIN for what is not there', async () => {
  expect(await lookup('nothing.names.svc.cluster.local')).toContain('NXDOMAIN');
});

it('forgets a Service that is deleted', async () => {
  await kubectl(['delete', 'service', 'peers', '-n', namespace]);
  await eventually('NXDOMAIN', async () => (await lookup('peers.names.svc.cluster.local')).includes('NXDOMAIN'));
});
