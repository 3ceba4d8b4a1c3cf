import { readFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import { stateDirectory } from './paths';
import { serverUrl, type ClusterSettings } from './settings';

export interface ApiAnswer {
  status: number;
  body: string;
}

/** The administrator's way to the API, with the files in the state directory. */
export class AdminApi {
  private constructor(
    private readonly url: string,
    private readonly agent: https.Agent,
  ) {}

  static async of(settings: ClusterSettings): Promise<AdminApi> {
    const file = (name: string): Promise<Buffer> => readFile(path.join(stateDirectory(settings.name), 'admin/pki', name));
    const [ca, cert, key] = await Promise.all([file('ca.crt'), file('admin.crt'), file('admin.key')]);
    return new AdminApi(serverUrl(settings), new https.Agent({ ca, cert, key, keepAlive: true }));
  }

  request(method: string, pathname: string, body?: unknown, contentType = 'application/json'): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': contentType };
      const request = https.request(`${this.url}${pathname}`, { method, agent: this.agent, headers, timeout: 10_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${pathname}: no answer within 10 s`)));
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** @throws Error when the answer is not 200. */
  async get<T>(pathname: string): Promise<T> {
    const answer = await this.request('GET', pathname);
    if (answer.status !== 200) throw new Error(`GET ${pathname}: ${answer.status} ${answer.body.slice(0, 300)}`);
    return JSON.parse(answer.body) as T;
  }

  close(): void {
    this.agent.destroy();
  }
}
