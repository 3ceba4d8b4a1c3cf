import { startTestApi, type HttpAnswer, type TestApi } from '../testing/start-test-api';

const services = '/api/v1/namespaces/default/services';

let api: TestApi;

beforeAll(async () => {
  // Chance that always says the same: who comes at once draws the same numbers.
  api = await startTestApi({ random: { next: () => 0.5 } });
  await api.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } });
}, 60_000);
afterAll(() => api.stop());

const createService = (name: string, spec: object = {}): Promise<HttpAnswer> =>
  api.call('POST', services, { body: { metadata: { name }, spec: { type: 'NodePort', ports: [{ port: 80 }], ...spec } } });

describe('Services created at once', () => {
  it('draw again what somebody else was faster to get', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => createService(`s${i}`)));
    expect(answers.filter(({ code }) => code !== 201).map(({ json }) => json['message'])).toEqual([]);
    const specs = answers.map(({ json }) => json['spec'] as { clusterIP: string; ports: { nodePort: number }[] });
    expect(new Set(specs.map(({ clusterIP }) => clusterIP)).size).toBe(8);
    expect(new Set(specs.map(({ ports }) => ports[0]?.nodePort)).size).toBe(8);
  });

  it('get what they ask for by name once only', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, (_, i) => createService(`wish${i}`, { clusterIP: '10.96.0.5' })));
    expect(answers.map(({ code }) => code).sort()).toEqual([201, 422, 422, 422, 422]);
  });
});
