import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import type { Resolver } from './resolver';

/** Answers over UDP on host:port until the returned socket is closed. Rejects when the address cannot be had. */
export async function listenUdp(host: string, port: number, resolver: Resolver, onError: (error: unknown) => void): Promise<Socket> {
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  socket.on('error', onError);
  socket.on('message', (message, { address, port: from }) => {
    resolver.resolve(message, 'udp').then((reply) => {
      if (reply) socket.send(reply, from, address);
    }, onError);
  });
  return socket;
}
