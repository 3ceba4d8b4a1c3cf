import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';

const services = '/api/v1/namespaces/default/services';
const networking = '/apis/networking.k8s.io/v1';

let api: TestApi;

beforeAll(async () => {
  // Six addresses, the first of which is the `kubernetes` Service's.
  api = await startTestApi({ serviceClusterIpRange: '10.96.0.0/29' });
}, 60_000);
afterAll(() => api.stop());

const createService = (name: string, spec: object = {}): Promise<HttpAnswer> => api.call('POST', services, { body: { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } } });
const addressOf = ({ json }: HttpAnswer): string => (json['spec'] as { clusterIP: string }).clusterIP;
const ipAddress = (name: string): Promise<HttpAnswer> => api.call('GET', `${networking}/ipaddresses/${name}`);

/** Looks until it is so, for ten seconds. */
async function comesTrue(look: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200 && !(await look()); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await look()).toBe(true);
}

const parentRef = { group: 'example.com', resource: 'things', name: 'mine' };

describe('addresses of Services as objects', () => {
  it('one that a user keeps is not given out, one that was deleted by hand comes back, and a restart changes nothing', async () => {
    expect((await api.call('POST', `${networking}/ipaddresses`, { body: { metadata: { name: '10.96.0.6' }, spec: { parentRef } } })).code).toBe(201);
    const refused = await createService('wish', { clusterIP: '10.96.0.6' });
    expect([refused.code, refused.json['message']]).toEqual([422, expect.stringContaining('failed to allocate IP 10.96.0.6: provided IP is already allocated')]);
    const made = await createService('one');
    const address = addressOf(made);
    expect((await ipAddress(address)).json['spec']).toEqual({ parentRef: { group: '', resource: 'services', namespace: 'default', name: 'one' } });
    expect((await api.call('DELETE', `${networking}/ipaddresses/${address}`)).code).toBe(200);
    // Nobody gets it meanwhile.
    expect((await createService('thief', { clusterIP: address })).code).toBe(422);
    await comesTrue(async () => (await ipAddress(address)).code === 200);
    const before = (await api.call('GET', `${networking}/ipaddresses`)).json.items.map(({ metadata }) => [metadata?.name, metadata?.uid]);
    await api.restart();
    expect((await api.call('GET', `${networking}/ipaddresses`)).json.items.map(({ metadata }) => [metadata?.name, metadata?.uid])).toEqual(before);
    await api.call('DELETE', `${services}/one`);
    expect((await ipAddress(address)).code).toBe(404);
    expect((await ipAddress('10.96.0.6')).code).toBe(200);
  });

  it('a full range is refused until another one is ready; each address is given once', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(names.map((name) => createService(name)));
    expect(answers.map(addressOf).sort()).toEqual(['10.96.0.2', '10.96.0.3', '10.96.0.4', '10.96.0.5']);
    const full = await createService('e');
    expect([full.code, full.json['message']]).toEqual([500, expect.stringContaining('range is full')]);
    await api.call('POST', `${networking}/servicecidrs`, { body: { metadata: { name: 'more' }, spec: { cidrs: ['10.97.0.0/29'] } } });
    // Nobody has said that it is ready.
    expect((await createService('e')).code).toBe(500);
    const condition = { type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '2030-01-01T00:00:00Z' };
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect((await api.call('PATCH', `${networking}/servicecidrs/more/status`, { body: { status: { conditions: [condition] } }, headers })).code).toBe(200);
    await comesTrue(async () => (await createService('e')).code !== 500);
    expect(addressOf(await api.call('GET', `${services}/e`))).toMatch(/^10\.97\.0\.[1-6]$/);
    const more = await Promise.all(['f', 'g', 'h', 'i', 'j', 'k', 'l'].map((name) => createService(name)));
    expect(more.map(({ code }) => code).sort()).toEqual([201, 201, 201, 201, 201, 500, 500]);
  });

  it('a range may become dual-stack and else stays what it is', async () => {
    const change = async (cidrs: string[]): Promise<[number, unknown]> => {
      const { code, json } = await api.call('PATCH', `${networking}/servicecidrs/more`, { body: { spec: { cidrs } }, headers: { 'content-type': 'application/merge-patch+json' } });
      return [code, json['message']];
    };
    expect(await change(['10.98.0.0/29'])).toEqual([422, 'ServiceCIDR.networking.k8s.io "more" is invalid: spec.cidrs[0]: Invalid value: "10.98.0.0/29": field is immutable']);
    expect((await change(['10.97.0.0/29', '10.98.0.0/29']))[0]).toBe(422);
    expect((await change(['10.97.0.0/29', 'fd00::/112']))[0]).toBe(200);
    expect((await change(['10.97.0.0/29']))[0]).toBe(422);
  });
});
