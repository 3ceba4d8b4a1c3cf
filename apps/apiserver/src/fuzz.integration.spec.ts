import { createRegistry } from '@typernetes/api';
import { seededRandom } from '@typernetes/machinery';
import { nextRequest, type FuzzRequest } from './testing/fuzz/requests';
import { startTestApi, type TestApi } from './testing/start-test-api';

/**
 * Damaged requests: whatever is sent, the server answers with a Status that blames the client, and what is stored stays
 * readable. Seeded: the same requests in every run; a failure names its request.
 */
// For loaded machines.
jest.setTimeout(600_000);

const count = Number(process.env['T8S_FUZZ_REQUESTS'] ?? 10_000);
const seed = Number(process.env['T8S_FUZZ_SEED'] ?? 20_260_101);
const clients = 16;

const kinds = [...createRegistry()];

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const textOf = (index: number, { method, path, headers, body }: FuzzRequest): string => `#${index} ${method} ${path} ${JSON.stringify(headers)} ${String(body ?? '').slice(0, 1_500)}`;

/** Upstream's server-side apply answers 500 where fields do not fit the schema; so do we. */
const isAsUpstream = (text: string): boolean => text.includes('failed to create typed patch object');

/** What is wrong with the answer, if anything. */
async function failureOf(index: number, request: FuzzRequest): Promise<string | undefined> {
  const { method, path, headers, body } = request;
  try {
    const { code, text } = await api.call(method, path, { headers, ...(body === undefined ? {} : { body }) });
    return code >= 500 && !isAsUpstream(text) ? `${textOf(index, request)} -> ${code} ${text.slice(0, 300)}` : undefined;
  } catch (error) {
    return `${textOf(index, request)} -> ${String(error)}`;
  }
}

it(`blames the client in ${count} answers`, async () => {
  const random = seededRandom(seed);
  const requests = Array.from({ length: count }, () => nextRequest(random, kinds));
  const failures: string[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const failure = await failureOf(index, requests[index] as FuzzRequest);
      if (failure) failures.push(failure);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  expect(failures).toEqual([]);
});

it('leaves only whole objects, of every kind', async () => {
  for (const { group, version, resource, kind, verbs, storagePath } of kinds) {
    if (!verbs.includes('list')) continue;
    const path = `${group ? `/apis/${group}` : '/api'}/${version}/${resource}`;
    for (const accept of ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io']) {
      const { code } = await api.call('GET', path, { headers: { accept } });
      expect([path, accept, code]).toEqual([path, accept, 200]);
    }
    const { json } = await api.call('GET', path);
    // What is computed anew for each answer has no life of its own.
    const life = storagePath ? { uid: expect.any(String), creationTimestamp: expect.any(String) } : {};
    for (const item of json.items) expect({ kind, ...item }).toMatchObject({ kind, metadata: { name: expect.any(String), ...life } });
  }
});

it('starts again on what is left', async () => {
  await api.restart();
  const { code } = await api.call('GET', '/readyz');
  expect(code).toBe(200);
});
