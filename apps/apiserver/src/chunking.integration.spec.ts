import { systemClock } from '@typernetes/machinery';
import { openEtcdStorage } from '@typernetes/storage';
import { startTestApi, type HttpAnswer, type TestApi } from './testing/start-test-api';

// For loaded machines.
jest.setTimeout(60_000);

/** [sig-api-machinery] Servers with support for API chunking. */
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  for (let i = 0; i < total; i++) await api.call('POST', path, { body: { metadata: { name: nameOf(i) } } });
}, 60_000);
afterAll(() => api.stop());

const total = 25;
const limit = 10;
const path = '/api/v1/namespaces/default/configmaps';
const nameOf = (i: number): string => `item-${String(i).padStart(2, '0')}`;
const page = (token = ''): Promise<HttpAnswer> => api.call('GET', `${path}?limit=${limit}${token ? `&continue=${token}` : ''}`);
const names = ({ json }: HttpAnswer): (string | undefined)[] => json.items.map(({ metadata }) => metadata?.name);
const all = Array.from({ length: total }, (_, i) => nameOf(i));

it('gives pages of the limit, all of one version, and says how many are left', async () => {
  const first = await page();
  const second = await page(first.json.metadata.continue);
  const third = await page(second.json.metadata.continue);
  expect([first, second, third].map(({ json }) => json.metadata.remainingItemCount)).toEqual([15, 5, undefined]);
  expect([first, second, third].map(({ json }) => json.metadata.continue !== undefined)).toEqual([true, true, false]);
  expect(new Set([first, second, third].map(({ json }) => json.metadata.resourceVersion)).size).toBe(1);
  expect([first, second, third].flatMap(names)).toEqual(all);
});

it('gives everything when no limit is set', async () => {
  const { json } = await api.call('GET', path);
  expect([json.items.length, json.metadata.continue]).toEqual([total, undefined]);
});

it('goes on from the last name when the version is gone, with a token that the refusal gives', async () => {
  const first = await page();
  await api.call('POST', path, { body: { metadata: { name: 'item-99' } } });
  const storage = await openEtcdStorage({ endpoints: [api.etcd.endpoint], clock: systemClock });
  await storage.compact(await storage.revision());
  await storage.close();
  await api.restart();
  const refused = (await page(first.json.metadata.continue)).json as unknown as { code: number; reason: string; metadata: { continue: string } };
  expect(refused).toMatchObject({ code: 410, reason: 'Expired', message: expect.stringContaining('The provided continue parameter is too old to display a consistent list result') });
  const second = await page(refused.metadata.continue);
  expect(names(second)).toEqual(all.slice(limit, 2 * limit));
  expect(second.json.metadata).toMatchObject({ remainingItemCount: 6, continue: expect.any(String) });
  const third = await page(second.json.metadata.continue);
  expect(names(third)).toEqual([...all.slice(2 * limit), 'item-99']);
  expect(third.json.metadata.resourceVersion).toBe(second.json.metadata.resourceVersion);
}, 30_000);

it.each<[name: string, query: string, expected: object]>([
  ['a version beside a token', 'continue=x&resourceVersion=5', { code: 400, message: 'specifying resource version is not allowed when using continue' }],
  ['a version that is none', 'resourceVersion=abc', { code: 400, message: expect.stringContaining('invalid resource version: resourceVersion: Invalid value: "abc"') }],
  ['a match without a version', 'resourceVersionMatch=NotOlderThan', { code: 422, reason: 'Invalid' }],
  ['initial events', 'sendInitialEvents=true', { code: 422, message: 'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list' }],
])('refuses %s', async (_name, query, expected) => expect((await api.call('GET', `${path}?${query}`)).json).toMatchObject(expected));

it.each<[query: string, count: number]>([
  ['', total + 1],
  ['limit=3', 3],
  ['resourceVersion=0', total + 1],
  ['resourceVersion=1', total + 1],
  ['resourceVersion=1&resourceVersionMatch=NotOlderThan', total + 1],
  ['resourceVersion=0&resourceVersionMatch=NotOlderThan', total + 1],
])('lists with ?%s', async (query, count) => {
  const answer = await api.call('GET', `${path}?${query}`);
  expect([answer.code, answer.json.items.length]).toEqual([200, count]);
});

it('lists exactly a version, also with a limit', async () => {
  const { json } = await api.call('GET', path);
  const version = json.metadata.resourceVersion;
  await api.call('DELETE', `${path}/item-99`);
  expect((await api.call('GET', `${path}?resourceVersion=${version}&resourceVersionMatch=Exact`)).json.items).toHaveLength(total + 1);
  const limited = await api.call('GET', `${path}?resourceVersion=${version}&limit=20`);
  expect([limited.json.items.length, limited.json.metadata.resourceVersion]).toEqual([20, version]);
  const rest = await api.call('GET', `${path}?limit=20&continue=${limited.json.metadata.continue}`);
  expect(rest.json.items).toHaveLength(6);
  expect((await api.call('GET', `${path}?resourceVersion=1&resourceVersionMatch=Exact`)).json).toMatchObject({ code: 410 });
});
