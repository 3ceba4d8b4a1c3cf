import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Clock } from '@typernetes/machinery';
import type { Logger } from '@typernetes/component';
import { execProtocols } from './channels';
import { Tokens } from './tokens';

/** Runs a stream once its client has connected. */
export type Session = (socket: WebSocket) => Promise<void>;

/** Serves the streams of Exec, Attach and PortForward on loopback, for the kubelet on the same node. */
export class StreamingServer {
  private readonly tokens: Tokens<Session>;
  private readonly server = http.createServer((_request, response) => {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('a WebSocket upgrade is needed\n');
  });
  private readonly sockets: WebSocketServer;

  constructor(
    clock: Clock,
    private readonly logger: Logger,
  ) {
    this.tokens = new Tokens(clock);
    this.sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => execProtocols.find((protocol) => offered.has(protocol)) ?? false,
    });
    this.server.on('upgrade', (request, socket, head) => {
      const session = this.tokens.redeem(new URL(request.url ?? '/', 'http://localhost').pathname.split('/').pop() ?? '');
      if (!session) {
        socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (webSocket) => void this.run(session, webSocket));
    });
  }

  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** The URL under which `session` can be opened once. `query` is for the reader: the session knows all. */
  urlFor(kind: 'exec' | 'attach' | 'portforward', session: Session, query = ''): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${kind}/${this.tokens.issue(session)}${query}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.close();
    await once(this.server, 'close');
  }

  private async run(session: Session, socket: WebSocket): Promise<void> {
    socket.on('error', (error) => this.logger.debug({ err: error }, 'stream broke off'));
    // Messages wait until the session is ready for them.
    socket.pause();
    try {
      await session(socket);
      socket.resume();
    } catch (error) {
      this.logger.warn({ err: error }, 'stream could not be opened');
      socket.resume();
      socket.close(1011, (error instanceof Error ? error.message : String(error)).slice(0, 120));
    }
  }
}
