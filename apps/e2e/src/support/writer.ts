import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { cluster, t8sHome } from './cluster';
import { sleep } from './run';

const file = (name: string): Buffer => readFileSync(path.join(t8sHome, 'clusters', cluster, 'admin/pki', name));

/** The administrator's REST calls, each on a connection of its own, as after a crash. */
export function rest(method: string, url: string, body?: unknown): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      `https://127.0.0.1:16443${url}`,
      { method, ca: file('ca.crt'), cert: file('admin.crt'), key: file('admin.key'), agent: false, timeout: 5_000, headers: { 'content-type': 'application/json' } },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ code: response.statusCode ?? 0, text }));
        response.on('error', reject);
      },
    );
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Writes ConfigMaps without pause and remembers which writes were acknowledged. */
export class Writer {
  readonly acknowledged: string[] = [];
  private stopping = false;
  private readonly done: Promise<void>;

  constructor(private readonly namespace: string) {
    this.done = this.write();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.done;
  }

  /** Names that were acknowledged before the question and are not in the answer: what is written meanwhile may be in it or not. */
  async lost(): Promise<string[]> {
    const acknowledged = [...this.acknowledged];
    const { text } = await rest('GET', `/api/v1/namespaces/${this.namespace}/configmaps`);
    const present = new Set((JSON.parse(text) as { items: { metadata: { name: string } }[] }).items.map((item) => item.metadata.name));
    return acknowledged.filter((name) => !present.has(name));
  }

  private async write(): Promise<void> {
    for (let index = 0; !this.stopping; index++) {
      const name = `w-${index}`;
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { index: String(index) } };
      const answer = await rest('POST', `/api/v1/namespaces/${this.namespace}/configmaps`, body).catch(() => undefined);
      if (answer?.code === 201) this.acknowledged.push(name);
      await sleep(answer ? 10 : 100);
    }
  }
}
