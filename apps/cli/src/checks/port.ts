import net from 'node:net';
import { Problem } from '../problem';

const another = (port: string): string => `End what listens there (another cluster?), or give another one: --api 127.0.0.1:${port === '7443' ? '8443' : '7443'}`;

/** @throws Problem when `host:port` of this machine is taken or cannot be listened at. */
export function checkPort(bind: string): Promise<void> {
  const [, host, port = ''] = /^(.*):(\d+)$/.exec(bind) ?? [];
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') reject(new Problem(`Port ${port} is taken.`, another(port), { cause }));
      else if (cause.code === 'EADDRNOTAVAIL' || cause.code === 'ENOTFOUND') reject(new Problem(`${host} is no address of this machine.`, 'Give one that is: --api 127.0.0.1:6443', { cause }));
      // Docker may listen where we may not (ports below 1024).
      else resolve();
    });
    server.listen({ host, port: Number(port), exclusive: true }, () => server.close(() => resolve()));
  });
}

/** What Docker says when a container's port cannot be had, in our words; undefined for anything else. */
export function portProblem(stderr: string): Problem | undefined {
  const taken = /(?:Bind for|listen tcp4?) \S*?:(\d+)(?: failed)?:.*(?:already allocated|already in use)/.exec(stderr)?.[1];
  return taken === undefined ? undefined : new Problem(`Port ${taken} is taken.`, /^3\d{4}$/.test(taken) ? 'End what listens there, or give other ports: --publish' : another(taken));
}
