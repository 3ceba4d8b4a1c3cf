import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WatchBatch } from './watch-batch';
import { watchSinkOf } from './watch-sink';

const batches = ['a\n', 'é\n', 'x'.repeat(100_000)].map((frame) => new WatchBatch([Buffer.from(frame), Buffer.from('.\n')]));
const expected = `a\n.\né\n.\n${'x'.repeat(100_000)}.\n`;

describe('a watch over HTTP/1', () => {
  let server: http.Server;

  beforeAll(async () => {
    server = http.createServer((_, response) => {
      response.writeHead(200);
      response.flushHeaders();
      const sink = watchSinkOf(response);
      for (const batch of batches) sink.write(batch);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('reads as it was written, and leaves the connection for the next request', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const get = (): Promise<string> =>
      new Promise((resolve, reject) => http.get({ port: (server.address() as AddressInfo).port, agent }, (response) => void text(response).then(resolve, reject)).on('error', reject));
    expect([await get(), await get()]).toEqual([expected, expected]);
    agent.destroy();
  });

  it('reads as it was written by clients that send requests before answers have come, and by those of HTTP/1.0', async () => {
    const { port } = server.address() as AddressInfo;
    const exchange = async (sent: string): Promise<string> => {
      const { connect } = await import('node:net');
      const socket = connect(port, '127.0.0.1');
      socket.write(sent);
      return text(socket);
    };
    const pipelined = await exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(pipelined.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2);
    expect(pipelined.match(/\n0\r\n\r\n/g)).toHaveLength(2);
    expect((await exchange('GET / HTTP/1.0\r\n\r\n')).split('\r\n\r\n')[1]).toBe(expected);
  });
});
