import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { resources } from '@typernetes/api';
import { connectPod } from '../proxying/pod-backend';
import { dial, joinHostPort, type ProxyDependencies } from '../proxying/backend';
import { pickEndpoint, portName } from '../proxying/service-backend';

/** Where a webhook is: apiextensions/v1 and admissionregistration/v1 WebhookClientConfig. */
export interface WebhookClientConfig {
  readonly url?: string;
  readonly service?: { readonly namespace: string; readonly name: string; readonly path?: string; readonly port?: number };
  /** PEM, in base64; absent: the system's authorities. */
  readonly caBundle?: string;
}

/** Longest answer that is read. */
const answerBytesMax = 64 * 1024 * 1024;

interface Place {
  readonly url: URL;
  /** Absent: whatever the name resolves to. */
  readonly connect?: () => Duplex;
}

/** Asks webhooks by POST of JSON over TLS, by URL or behind a Service. */
export class WebhookClient {
  constructor(private readonly dependencies: ProxyDependencies) {}

  /**
   * The answer's JSON.
   * @throws Error whose message begins with `Post "<url>": ` when there is none
   */
  async post(config: WebhookClientConfig, body: unknown, { timeoutMs }: { timeoutMs: number }): Promise<unknown> {
    const shown = `Post ${JSON.stringify(`${shownUrl(config)}?timeout=${timeoutMs / 1_000}s`)}`;
    try {
      const answer = await send(this.optionsFor(config, timeoutMs), Buffer.from(JSON.stringify(body)));
      if (answer.code < 200 || answer.code > 299) throw new Error(`the server answered ${answer.code}`);
      return JSON.parse(answer.text) as unknown;
    } catch (error) {
      throw new Error(`${shown}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  private optionsFor(config: WebhookClientConfig, timeoutMs: number): RequestOptions {
    const { url, connect } = this.placeOf(config);
    const ca = config.caBundle ? Buffer.from(config.caBundle, 'base64') : undefined;
    const security = { ...(isIP(url.hostname) ? {} : { servername: url.hostname }), ALPNProtocols: ['http/1.1'], ...(ca ? { ca } : {}) };
    return {
      method: 'POST',
      host: url.hostname,
      port: url.port || 443,
      path: `${url.pathname}?timeout=${timeoutMs / 1_000}s`,
      signal: AbortSignal.timeout(timeoutMs),
      ...security,
      // An agent would make the connection itself.
      ...(connect ? { createConnection: () => tls.connect({ socket: connect(), ...security }) } : { agent: false }),
    };
  }

  private placeOf(config: WebhookClientConfig): Place {
    const { service: reference } = config;
    if (!reference) return { url: urlOf(config) };
    const { objects, random } = this.dependencies;
    const { namespace, name, port = 443 } = reference;
    const service = objects.get(resources.services, name, namespace);
    if (!service) throw new Error(`service ${JSON.stringify(name)} not found`);
    const slices = objects.list(resources.endpointSlices, namespace).filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === name);
    const endpoint = pickEndpoint(name, portName(service, String(port)), slices, random);
    const pod = endpoint.pod && objects.get(resources.pods, endpoint.pod.name, endpoint.pod.namespace);
    return { url: urlOf(config), connect: pod ? connectPod(this.dependencies, pod, endpoint) : () => dial(endpoint.host, endpoint.port) };
  }
}

/** A Service's certificate is for `<name>.<namespace>.svc`. */
function urlOf({ url, service }: WebhookClientConfig): URL {
  if (!service) return new URL(url ?? '');
  return new URL(service.path ?? '/', `https://${joinHostPort(`${service.name}.${service.namespace}.svc`, service.port ?? 443)}`);
}

/** As texts show it: a Service with its port, also the usual one. */
function shownUrl(config: WebhookClientConfig): string {
  const { href, pathname } = urlOf(config);
  const { service } = config;
  return service ? `https://${service.name}.${service.namespace}.svc:${service.port ?? 443}${pathname}` : href;
}

function send(options: RequestOptions, body: Buffer): Promise<{ code: number; text: string }> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'content-length': body.length, 'user-agent': 'kube-apiserver-admission' };
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ ...options, headers }, (response) => {
      read(response).then((text) => resolve({ code: response.statusCode ?? 0, text }), reject);
    });
    request.on('error', (error) => reject(error.name === 'TimeoutError' || error.name === 'AbortError' ? new Error('context deadline exceeded') : error));
    request.end(body);
  });
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > answerBytesMax) throw new Error(`the answer is longer than ${answerBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
