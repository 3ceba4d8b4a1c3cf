import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRegistry, type KindDefinition } from '@typernetes/api';
import { systemClock } from '@typernetes/machinery';
import { WatchCache } from '@typernetes/storage';
import { exchangeOf } from './router';
import { streamWatch } from './watch-stream';

// For loaded machines.
jest.setTimeout(60_000);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('two watches of the same', () => {
  const cache = new WatchCache({ keyPrefix: '/r/', attributesOf: () => ({ labels: {}, fields: {} }) });
  const padding = 'x'.repeat(1_000);
  let server: http.Server;

  const put = (revision: number): void => {
    const metadata = { resourceVersion: String(revision), name: 'a', annotations: { padding } };
    cache.apply({ type: 'put', key: '/r/a', revision, value: Buffer.from(JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata })) });
  };

  beforeAll(async () => {
    const kind = createRegistry().lookup('', 'v1', 'configmaps') as KindDefinition;
    const encode = { representation: 'object', mediaType: 'application/json', includeObject: 'None', nowMs: 0 } as const;
    server = http.createServer((request, response) => {
      const watcher = cache.watch({ prefix: '' }, { wantsBookmarks: false });
      void streamWatch(exchangeOf(request, response), { type: 'watch', kind, watcher, timeoutMs: 600_000 }, { clock: systemClock, encode });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  const open = (): Promise<http.IncomingMessage> =>
    new Promise((resolve, reject) => http.get({ port: (server.address() as AddressInfo).port, agent: false }, resolve).on('error', reject));

  it('who does not read is cut off, and told to start anew; who reads gets everything in order', async () => {
    const slow = await open();
    const fast = await open();
    const versions: number[] = [];
    let rest = '';
    fast.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) versions.push(Number(/"resourceVersion":"(\d+)"/.exec(line)?.[1]));
    });
    let last = 0;
    while (cache.watcherCount === 2 && last < 200_000) {
      for (let i = 0; i < 200; i++) put(++last);
      while (versions.length < last) await turn();
    }
    expect(cache.watcherCount).toBe(1);
    expect(versions).toEqual(Array.from({ length: last }, (_, i) => i + 1));
    let text = '';
    for await (const chunk of slow as AsyncIterable<Buffer>) text += chunk.toString();
    const seen = text.trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; object: { code?: number; metadata: { resourceVersion?: string } } });
    expect(seen.pop()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    expect(seen.map(({ object }) => Number(object.metadata.resourceVersion))).toEqual(Array.from(seen, (_, i) => i + 1));
    fast.destroy();
  });
});
