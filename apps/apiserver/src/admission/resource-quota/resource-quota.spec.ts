import type { Pod, ResourceQuota } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';
import { checkQuota, quotaDelta, type QuotaRequest } from './quota-check';
import { QuotaLedger } from './quota-ledger';

const pods = { group: '', resource: 'pods' };
const quota = (hard: Record<string, string>, used: Record<string, string>, spec: ResourceQuota['spec'] = {}): ResourceQuota => ({ metadata: { name: 'q', uid: 'q' }, spec, status: { hard, used } });
const pod = (cpu?: string): Pod => ({ spec: { containers: [{ name: 'c', resources: cpu ? { requests: { cpu } } : {} }] } });
const request = (object: Pod): QuotaRequest => ({ kind: pods, object, nowMs: 0 });
const check = (one: ResourceQuota, object: Pod) => checkQuota(one, request(object), quotaDelta(request(object)));

test.each<[string, ResourceQuota, Pod, object]>([
  ['room', quota({ pods: '2', cpu: '1' }, { pods: '1', cpu: '500m' }), pod('500m'), { type: 'charged', used: { pods: '2', cpu: '1' } }],
  [
    'no room',
    quota({ pods: '2', 'requests.cpu': '1' }, { pods: '2', 'requests.cpu': '600m' }),
    pod('500m'),
    { type: 'refused', why: 'exceeded quota: q, requested: pods=1,requests.cpu=500m, used: pods=2,requests.cpu=600m, limited: pods=2,requests.cpu=1' },
  ],
  ['only what is exceeded is named', quota({ pods: '9', cpu: '1' }, { pods: '0', cpu: '1' }), pod('1m'), { type: 'refused', why: 'exceeded quota: q, requested: cpu=1m, used: cpu=1, limited: cpu=1' }],
  ['nothing said', quota({ 'limits.cpu': '1', cpu: '1' }, { 'limits.cpu': '0', cpu: '0' }), pod(), { type: 'refused', why: 'failed quota: q: must specify cpu for: c; limits.cpu for: c' }],
  ['not counted yet', quota({ pods: '1' }, {}), pod(), { type: 'refused', why: 'status unknown for quota: q, resources: pods' }],
  ['other things', quota({ services: '1' }, { services: '1' }), pod(), { type: 'unconcerned' }],
  ['out of scope', quota({ pods: '1' }, { pods: '1' }, { scopes: ['Terminating'] }), pod(), { type: 'unconcerned' }],
  ['any kind', quota({ 'count/pods': '1' }, { 'count/pods': '1' }), pod(), { type: 'refused', why: 'exceeded quota: q, requested: count/pods=1, used: count/pods=1, limited: count/pods=1' }],
])('%s', (_name, one, object, expected) => expect(check(one, object)).toEqual(expected));

test('an update pays for what it adds', () => {
  const service = (ports: number): object => ({ spec: { type: 'NodePort', ports: Array.from({ length: ports }, () => ({})) } });
  const delta = quotaDelta({ kind: { group: '', resource: 'services' }, object: service(3), previous: service(1), nowMs: 0 });
  expect([...delta].map(([name, { nanos }]) => [name, nanos / 1_000_000_000n])).toEqual([['services.nodeports', 2n]]);
});

describe('the ledger', () => {
  /** A store whose first writes of each quota fail as often as is asked for. */
  function storeOf(quotas: ResourceQuota[], conflicts: Record<string, number> = {}) {
    const writes: string[] = [];
    return {
      writes,
      quotas,
      read: async () => structuredClone(quotas),
      writeStatus: async (next: ResourceQuota) => {
        const name = next.metadata?.name ?? '';
        if ((conflicts[name] ?? 0) > 0) {
          conflicts[name] = (conflicts[name] ?? 0) - 1;
          throw apiErrors.conflict({ group: '', resource: 'resourcequotas', name }, 'changed');
        }
        writes.push(name);
        quotas.splice(quotas.findIndex(({ metadata }) => metadata?.name === name), 1, next);
      },
    };
  }

  test('of many at once just as many get in as fit, with few writes', async () => {
    const store = storeOf([quota({ pods: '7' }, { pods: '0' })]);
    const ledger = new QuotaLedger(store);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ledger.charge('ns', request(pod()), false)));
    expect(outcomes.filter((why) => why === undefined)).toHaveLength(7);
    expect(store.quotas[0]?.status?.used).toEqual({ pods: '7' });
    expect(store.writes.length).toBeLessThanOrEqual(2);
    expect(await ledger.charge('ns', request(pod()), false)).toContain('exceeded quota: q');
  });

  test('a write in between is a new attempt, and no quota is charged twice', async () => {
    const other = { ...quota({ pods: '9' }, { pods: '0' }), metadata: { name: 'r', uid: 'r' } };
    const store = storeOf([quota({ pods: '7' }, { pods: '0' }), other], { r: 2 });
    expect(await new QuotaLedger(store).charge('ns', request(pod()), false)).toBeUndefined();
    expect(store.quotas.map(({ status }) => status?.used)).toEqual([{ pods: '1' }, { pods: '1' }]);
  });

  test('a dry run is not charged', async () => {
    const store = storeOf([quota({ pods: '1' }, { pods: '0' })]);
    expect(await new QuotaLedger(store).charge('ns', request(pod()), true)).toBeUndefined();
    expect(store.writes).toEqual([]);
  });

  test('a broken store fails those that wait, and no more', async () => {
    const store = storeOf([quota({ pods: '1' }, { pods: '0' })]);
    let isBroken = true;
    const ledger = new QuotaLedger({ ...store, read: () => (isBroken ? Promise.reject(new Error('down')) : store.read()) });
    await expect(ledger.charge('ns', request(pod()), false)).rejects.toThrow('down');
    isBroken = false;
    expect(await ledger.charge('ns', request(pod()), false)).toBeUndefined();
  });
});
