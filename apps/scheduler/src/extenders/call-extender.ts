import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { ExtenderConfiguration, Pem } from '../config/configuration';
import type { CallExtender } from './extender';

/** No extender has more to say about a pod than this. */
const answerBytesMax = 64 * 1024 * 1024;

const pem = (source: Pem | undefined): string | undefined => source && ('data' in source ? source.data : readFileSync(source.file, 'utf8'));

/** Connections to one extender, kept open between calls. @throws Error when one of its certificates can't be read */
export function extenderCaller({ urlPrefix, tls, httpTimeoutMs }: ExtenderConfiguration): { call: CallExtender; close(): void } {
  const isSecure = urlPrefix.startsWith('https:');
  const agent = isSecure
    ? new https.Agent({ keepAlive: true, ca: pem(tls?.ca), cert: pem(tls?.cert), key: pem(tls?.key), servername: tls?.serverName, rejectUnauthorized: !tls?.insecure })
    : new http.Agent({ keepAlive: true });
  const call: CallExtender = (url, body) =>
    new Promise((resolve, reject) => {
      const data = Buffer.from(JSON.stringify(body));
      const options = { method: 'POST', agent, signal: AbortSignal.timeout(httpTimeoutMs), headers: { 'content-type': 'application/json', 'content-length': data.length } };
      const request = (isSecure ? https : http).request(url, options, (response) => {
        readAnswer(response, url).then(resolve, reject);
      });
      request.on('error', reject);
      request.end(data);
    });
  return { call, close: () => agent.destroy() };
}

async function readAnswer(response: http.IncomingMessage, url: string): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > answerBytesMax) throw new Error(`${url}: the answer is longer than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  if (response.statusCode !== 200) throw new Error(`failed ${url} with extender, code ${response.statusCode}`);
  return length ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : undefined;
}
