import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { randomSuffix, type Random } from '@typernetes/machinery';
import { answerTo } from './exec-answers';
import type { SimulatedContainer } from './simulated-pod';

/** Channels and protocol of Kubernetes' remote commands over WebSocket (KEP-4006). */
const channels = { stdout: 1, error: 3 } as const;
const protocol = 'v5.channel.k8s.io';

/** A URL nobody came for is forgotten when so many newer ones wait. */
const waitingMax = 1_000;

const success = { metadata: {}, status: 'Success' };

const failed = (exitCode: number): object => ({
  metadata: {},
  status: 'Failure',
  message: `command terminated with non-zero exit code: exit status ${exitCode}`,
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
});

/** A command of a container. */
interface Command {
  readonly container: SimulatedContainer;
  readonly words: readonly string[];
}

function play(socket: WebSocket, { container, words }: Command): void {
  const { output, exitCode } = answerTo(container.behaviour, words);
  const send = (channel: number, data: string): void => socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]));
  if (output) send(channels.stdout, output.endsWith('\n') ? output : `${output}\n`);
  send(channels.error, JSON.stringify(exitCode === 0 ? success : failed(exitCode)));
  socket.close(1000);
}

/** Answers exec and attach for all simulated containers of the process, on loopback. */
export class CommandPlayer {
  private readonly waiting = new Map<string, Command>();
  private readonly server = http.createServer((_request, response) => response.writeHead(404).end());
  private readonly sockets = new WebSocketServer({ server: this.server, handleProtocols: () => protocol });

  private constructor(private readonly random: Random) {
    this.sockets.on('connection', (socket, { url = '' }) => {
      const command = this.waiting.get(url);
      this.waiting.delete(url);
      if (command) play(socket, command);
      else socket.close(1008, 'unknown or used');
    });
  }

  static async start(random: Random): Promise<CommandPlayer> {
    const player = new CommandPlayer(random);
    player.server.listen(0, '127.0.0.1');
    await once(player.server, 'listening');
    return player;
  }

  /** A URL that may be opened once. */
  urlFor(container: SimulatedContainer, words: readonly string[]): string {
    const path = `/${randomSuffix(this.random, 16)}`;
    const [oldest] = this.waiting.keys();
    if (this.waiting.size >= waitingMax && oldest) this.waiting.delete(oldest);
    this.waiting.set(path, { container, words });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  async stop(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
