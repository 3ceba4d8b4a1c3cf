import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@typernetes/machinery';
import { Problem } from '../problem';
import { benchApi, type BenchApiFlags } from './bench-api';

/** A server that gives the same answer to everything, and remembers what it was asked. */
async function startServer(code: number, answer: object): Promise<{ readonly url: string; readonly asked: string[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const run = (flags: Partial<BenchApiFlags>): Promise<void> => benchApi({ pods: '10', connections: '2', ...flags }, systemClock);

describe('a benchmark of an API server', () => {
  it.each<[string, Partial<BenchApiFlags>, string]>([
    ['no server', {}, 'No API server is named.'],
    ['an address that is none', { server: 'localhost' }, '--server localhost is no address of a server.'],
    ['an address of something else', { server: 'ftp://127.0.0.1' }, '--server ftp://127.0.0.1 is no address of a server.'],
    ['a CA that is not there', { server: 'https://127.0.0.1:1', certificateAuthority: '/nowhere/ca.crt' }, "--certificate-authority /nowhere/ca.crt can't be read"],
    ['no number of pods', { server: 'https://127.0.0.1:1', pods: 'many' }, '--pods many is no number of things.'],
    ['no connections', { server: 'https://127.0.0.1:1', connections: '0' }, '--connections 0 is no number of things.'],
    ['a process that is not there', { server: 'https://127.0.0.1:1', pid: '4194305' }, '--pid 4194305 is no process of this machine.'],
    ['a server that does not answer', { server: 'https://127.0.0.1:1' }, 'https://127.0.0.1:1/ does not answer: '],
  ])('says what is wrong with %s', async (_name, flags, text) => {
    const failed = await run(flags).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Problem);
    expect((failed as Problem).message).toContain(text);
    expect((failed as Problem).nextStep).not.toBe('');
  });

  it.each([
    [401, { kind: 'Status', message: 'Unauthorized' }, /refuses the benchmark: 401 .*Unauthorized/],
    [409, { kind: 'Status', reason: 'AlreadyExists' }, /has a namespace t8s-bench already/],
  ])('stops before it measures when the answer is %d', async (code, answer, text) => {
    const server = await startServer(code, answer);
    await expect(run({ server: server.url, token: 'secret' })).rejects.toThrow(text);
    await server.close();
    expect(server.asked).toEqual(['GET /version Bearer secret', 'POST /api/v1/namespaces Bearer secret']);
  });
});
