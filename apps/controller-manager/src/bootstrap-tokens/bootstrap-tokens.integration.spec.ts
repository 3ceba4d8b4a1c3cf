import { resources } from '@typernetes/api';
import { formatTime, hasReason, systemClock } from '@typernetes/machinery';
import { eventually, startSimulatedCluster, type SimulatedCluster } from '../testing/simulated-cluster';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster(0);
}, 60_000);
afterAll(() => cluster.stop(), 60_000);

test('a token signs the cluster info while it lives, and is deleted when it expires', async () => {
  const { client } = cluster;
  const info = () => client.resource(resources.configMaps).get('cluster-info', { namespace: 'kube-public' });
  await client.resource(resources.configMaps).create({ metadata: { name: 'cluster-info', namespace: 'kube-public' }, data: { kubeconfig: 'apiVersion: v1' } });
  const data = {
    'token-id': 'abcdef',
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-signing': 'true',
    expiration: formatTime(systemClock.now() + 3_000),
  };
  const stringData = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  await client.resource(resources.secrets).create({ metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' }, type: 'bootstrap.kubernetes.io/token', data: stringData });
  await eventually('a signature', async () => (await info()).data?.['jws-kubeconfig-abcdef']?.includes('..'));
  await eventually('the token is gone', () =>
    client.resource(resources.secrets).get('bootstrap-token-abcdef', { namespace: 'kube-system' }).then(() => false, (error: unknown) => hasReason(error, 'NotFound')),
  );
  await eventually('the signature is gone', async () => (await info()).data?.['jws-kubeconfig-abcdef'] === undefined);
}, 90_000);
