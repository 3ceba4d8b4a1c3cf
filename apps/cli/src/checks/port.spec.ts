import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { checkPort, portProblem } from './port';

it('says which port is taken', async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const { port } = server.address() as AddressInfo;
  await expect(checkPort(`127.0.0.1:${port}`)).rejects.toMatchObject({ message: `Port ${port} is taken.`, nextStep: expect.stringContaining('--api') as string });
  await new Promise((resolve) => server.close(resolve));
  await expect(checkPort(`127.0.0.1:${port}`)).resolves.toBeUndefined();
});

it('says that an address is not of this machine', async () => {
  await expect(checkPort('192.0.2.7:6443')).rejects.toThrow('192.0.2.7 is no address of this machine.');
});

it.each([
  ['driver failed programming external connectivity on endpoint t8s-apiserver (1a2b): Bind for 127.0.0.1:6443 failed: port is already allocated', 'Port 6443 is taken.'],
  ['Error starting userland proxy: listen tcp4 127.0.0.1:6443: bind: address already in use', 'Port 6443 is taken.'],
  ['Bind for 0.0.0.0:30000 failed: port is already allocated', 'Port 30000 is taken.'],
  ['no such image', undefined],
])('%s', (stderr, message) => {
  expect(portProblem(stderr)?.message).toBe(message);
});
