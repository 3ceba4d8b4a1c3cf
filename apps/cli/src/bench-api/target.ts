import { readFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { loadKubeconfig } from '@typernetes/component';
import { Problem } from '../problem';

export interface TargetFlags {
  readonly server?: string;
  readonly token?: string;
  readonly certificateAuthority?: string;
  readonly kubeconfig?: string;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: Buffer;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface Answer {
  readonly status: number;
  readonly bytes: number;
  /** The body's beginning when it is an error. */
  readonly problem: string;
}

type Tls = Pick<https.AgentOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'>;

/** @throws Problem when it is no address of a server */
function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.hostname && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new Problem(`--server ${text} is no address of a server.`, 'Give one such as https://127.0.0.1:6443.');
}

/** @throws Problem when it can't be read */
function readCa(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Problem(`--certificate-authority ${file} can't be read: ${error instanceof Error ? error.message : String(error)}.`, 'Name the file with the CA of the server, or leave it out.', { cause: error });
  }
}

/** Any Kubernetes API server. Connections are kept; a benchmark measures requests, not handshakes. */
export class Target {
  private readonly agent: http.Agent;

  private constructor(
    readonly server: URL,
    private readonly token: string | undefined,
    private readonly tls: Tls,
  ) {
    this.agent = this.newAgent();
  }

  /** @throws Problem when the flags do not name a server */
  static of(flags: TargetFlags): Target {
    if (flags.server) {
      const ca = flags.certificateAuthority ? readCa(flags.certificateAuthority) : undefined;
      return new Target(serverUrl(flags.server), flags.token, ca ? { ca } : { rejectUnauthorized: false });
    }
    if (!flags.kubeconfig) throw new Problem('No API server is named.', 'Give --server and --token, or --kubeconfig.');
    const { server, ca, cert, key, token } = loadKubeconfig(flags.kubeconfig);
    return new Target(new URL(server), typeof token === 'string' ? token : undefined, { ca, cert, key });
  }

  /** A pool of its own, as many connections as calls are made at the same time. */
  newAgent(): http.Agent {
    return this.isPlain ? new http.Agent({ keepAlive: true }) : new https.Agent({ keepAlive: true, ...this.tls });
  }

  private get isPlain(): boolean {
    return this.server.protocol === 'http:';
  }

  private request(options: https.RequestOptions, receive: (response: IncomingMessage) => void): http.ClientRequest {
    return this.isPlain ? http.request(options, receive) : https.request(options, receive);
  }

  /** Sends one request and reads the whole answer. */
  call({ method, path, body, contentType = 'application/json', accept = 'application/json' }: Call, agent = this.agent): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = this.request(this.optionsOf(method, path, accept, { agent, ...(body ? { body, contentType } : {}) }), (response) => {
        let bytes = 0;
        const kept: Buffer[] = [];
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if ((response.statusCode ?? 0) >= 400) kept.push(chunk);
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes, problem: Buffer.concat(kept).toString().slice(0, 300) }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** Opens an answer that does not end: a watch. */
  open(path: string, agent: http.Agent): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.request(this.optionsOf('GET', path, 'application/json', { agent }), resolve);
      request.on('error', reject);
      request.end();
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private optionsOf(method: string, path: string, accept: string, rest: { agent: http.Agent; body?: Buffer; contentType?: string }): https.RequestOptions {
    const { hostname, port } = this.server;
    const headers = {
      accept,
      'user-agent': 't8s-bench',
      ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      ...(rest.body ? { 'content-type': rest.contentType, 'content-length': rest.body.length } : {}),
    };
    return { hostname, port: port || (this.isPlain ? 80 : 443), method, path, headers, agent: rest.agent };
  }
}
