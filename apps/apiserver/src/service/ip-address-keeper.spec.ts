import { createRegistry, resources, type IPAddress, type Service } from '@typernetes/api';
import { SimulatedClock, type KubernetesObject } from '@typernetes/machinery';
import { EmbeddedStorage, encodeStored, Mirror } from '@typernetes/storage';
import { CacheReader } from '../local/cache-reader';
import { ResourceStores } from '../store/resource-stores';
import { claimOperation, ipKey } from './claims';
import { IpAddressKeeper } from './ip-address-keeper';
import { ipAddressKey, ipAddressOf } from './ip-address-object';

const startMs = Date.parse('2030-01-01T00:00:00Z');
const now = '2030-01-01T00:00:00Z';
const service = (name: string): Service & KubernetesObject => ({ kind: 'Service', apiVersion: 'v1', metadata: { name, namespace: 'ns', uid: `u-${name}` }, spec: { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] } });
const serviceKey = (namespace: string, name: string): string => `/registry/services/specs/${namespace}/${name}`;

/** A store with what the test puts there, and a keeper above it that has looked at all of it once. */
async function repaired(puts: (KubernetesObject & (Service | IPAddress))[], claimed?: Service): Promise<{ names: () => Promise<string[]>; parentOf: (name: string) => Promise<unknown>; clock: SimulatedClock; stop: () => Promise<void> }> {
  const clock = new SimulatedClock(startMs);
  const storage = await EmbeddedStorage.open({ clock });
  for (const object of puts) await storage.transact([{ type: 'put', key: object.kind === 'Service' ? serviceKey('ns', object.metadata?.name ?? '') : ipAddressKey(object.metadata?.name ?? ''), value: encodeStored(object) }]);
  if (claimed) await storage.transact([claimOperation(ipKey('10.0.0.1'), claimed)]);
  const mirror = new Mirror(storage, { clock });
  const registry = createRegistry();
  const objects = new CacheReader(registry, new ResourceStores(registry, mirror), { mirror, storage });
  await mirror.start();
  const claim = claimed && { namespace: 'ns', name: claimed.metadata?.name ?? '', uid: claimed.metadata?.uid ?? '' };
  const keeper = new IpAddressKeeper({
    objects,
    storage,
    clock,
    claims: { claimOf: (address) => (address === '10.0.0.1' ? claim : undefined), claimedAddresses: () => (claim ? ['10.0.0.1'] : []) },
    serviceKey,
    onError: (error) => {
      throw error;
    },
  });
  await keeper.repair();
  const all = async () => (await storage.list(ipAddressKey(''), {})).entries;
  return {
    names: async () => (await all()).map(({ key }) => key.slice(ipAddressKey('').length)),
    parentOf: async (name) => (await objects.read(resources.ipAddresses, name))?.spec?.parentRef.name,
    clock,
    stop: async () => {
      mirror.stop();
      await storage.close();
    },
  };
}

const [web, other] = [service('web'), service('other')];
const own: IPAddress & KubernetesObject = { kind: 'IPAddress', apiVersion: 'networking.k8s.io/v1', metadata: { name: '10.0.0.9', creationTimestamp: now }, spec: { parentRef: { resource: 'things', name: 'mine' } } };

test('an address of a Service is made when it is missing, and put right when it names another', async () => {
  const missing = await repaired([web], web);
  expect([await missing.names(), await missing.parentOf('10.0.0.1')]).toEqual([['10.0.0.1'], 'web']);
  await missing.stop();
  const wrong = await repaired([web, ipAddressOf('10.0.0.1', other, now)], web);
  expect([await wrong.names(), await wrong.parentOf('10.0.0.1')]).toEqual([['10.0.0.1'], 'web']);
  await wrong.stop();
});

test("what an apiserver made and no Service has goes after a minute; a user's own stays", async () => {
  const { names, clock, stop } = await repaired([own, ipAddressOf('10.0.0.1', other, now)]);
  expect(await names()).toEqual(['10.0.0.1', '10.0.0.9']);
  await clock.advance(59_000);
  expect(await names()).toEqual(['10.0.0.1', '10.0.0.9']);
  await clock.advance(2_000);
  for (let i = 0; i < 100 && (await names()).length > 1; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await names()).toEqual(['10.0.0.9']);
  await stop();
});
