import { createMetricsRegistry } from './metrics';
import { startHealthServer } from './health-server';

const get = async (port: number, path: string): Promise<[number, string]> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return [response.status, await response.text()];
};

test('health endpoints tell what fails, and metrics are there', async () => {
  let ready = false;
  const server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    liveness: [{ name: 'ping', check: () => {} }],
    readiness: [
      {
        name: 'synced',
        check: () => {
          if (!ready) throw new Error('secret reason');
        },
      },
    ],
    registry: createMetricsRegistry(),
  });
  expect(await get(server.port, '/healthz')).toEqual([200, 'ok']);
  expect(await get(server.port, '/readyz')).toEqual([500, '[+]ping ok\n[-]synced failed: reason withheld\nreadyz check failed\n']);
  ready = true;
  expect(await get(server.port, '/readyz?verbose')).toEqual([200, '[+]ping ok\n[+]synced ok\nreadyz check passed\n']);
  expect((await get(server.port, '/metrics'))[1]).toContain('process_cpu_seconds_total');
  expect((await get(server.port, '/other'))[0]).toBe(404);
  await server.stop();
});
