import { createServer } from 'node:net';

/** `count` TCP ports on loopback that were free just now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () =>
      new Promise<{ port: number; close(): Promise<void> }>((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          if (address === null || typeof address === 'string') return reject(new Error('no TCP address'));
          resolve({ port: address.port, close: () => new Promise((done) => server.close(() => done())) });
        });
      }),
    ),
  );
  await Promise.all(servers.map((server) => server.close()));
  return servers.map(({ port }) => port);
}
