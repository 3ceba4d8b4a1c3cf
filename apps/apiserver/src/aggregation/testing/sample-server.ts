import { createServer, type Server } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { systemClock } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';

export const group = 'wardle.example.com';
const apiVersion = `${group}/v1alpha1`;
const base = `/apis/${apiVersion}`;

interface Flunder {
  metadata: { name: string; namespace?: string; resourceVersion?: string; [key: string]: unknown };
  [key: string]: unknown;
}

/** An API server of somebody else: namespaced flunders, kept in memory. It believes who asks only of the aggregator. */
export interface SampleServer {
  readonly port: number;
  /** Base64 PEM of the authority of its serving certificate. */
  readonly caBundle: string;
  /** Headers of the last request for flunders. */
  lastHeaders(): IncomingHttpHeaders;
  /** Whether discovery answers; else 500. */
  setHealthy(isHealthy: boolean): void;
  stop(): Promise<void>;
}

const discovery = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: apiVersion,
  resources: [
    { name: 'flunders', singularName: 'flunder', namespaced: true, kind: 'Flunder', shortNames: ['fl'], verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] },
    { name: 'flunders/status', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get', 'patch', 'update'] },
  ],
};

const schemaName = 'com.example.wardle.v1alpha1.Flunder';
const gvk = { group, version: 'v1alpha1', kind: 'Flunder' };
const flunderSchema = {
  type: 'object',
  properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object', additionalProperties: true }, reference: { type: 'string', description: 'What it is about.' } },
  'x-kubernetes-group-version-kind': [gvk],
};
const flunderPaths = { [`${base}/namespaces/{namespace}/flunders`]: { get: { 'x-kubernetes-action': 'list', 'x-kubernetes-group-version-kind': gvk, responses: {} } } };
const openApiV3 = { openapi: '3.0.0', info: { title: 'sample', version: '1' }, paths: flunderPaths, components: { schemas: { [schemaName]: flunderSchema } } };
const openApiV2 = { swagger: '2.0', info: { title: 'sample', version: '1' }, paths: { ...flunderPaths, '/healthz': {} }, definitions: { [schemaName]: flunderSchema } };

function sendJson(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const status = (code: number, reason: string): object => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, code });

async function bodyOf(request: IncomingMessage): Promise<Flunder> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()) as Flunder;
}

class Flunders {
  private readonly all = new Map<string, Flunder>();
  private readonly watchers = new Set<ServerResponse>();
  private revision = 1;

  async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [, namespace = '', name = ''] = /\/namespaces\/([^/]+)\/flunders\/?([^/]*)/.exec(url.pathname) ?? [];
    if (request.method === 'POST') return this.create(response, namespace, await bodyOf(request));
    const items = [...this.all.values()].filter(({ metadata }) => namespace === '' || metadata.namespace === namespace);
    if (name) return this.one(request.method ?? '', response, `${namespace}/${name}`);
    if (url.searchParams.get('watch')) return this.watch(response);
    if (request.method === 'DELETE') for (const { metadata } of items) this.remove(`${metadata.namespace}/${metadata.name}`);
    sendJson(response, 200, { kind: 'FlunderList', apiVersion, metadata: { resourceVersion: String(this.revision) }, items });
  }

  private create(response: ServerResponse, namespace: string, body: Flunder): void {
    const made = { kind: 'Flunder', apiVersion, ...body, metadata: { ...body.metadata, namespace, uid: `u-${++this.revision}`, creationTimestamp: '2026-01-01T00:00:00Z', resourceVersion: String(this.revision) } };
    this.all.set(`${namespace}/${made.metadata.name}`, made);
    this.tell('ADDED', made);
    sendJson(response, 201, made);
  }

  private one(method: string, response: ServerResponse, key: string): void {
    const found = this.all.get(key);
    if (found && method === 'DELETE') this.remove(key);
    sendJson(response, found ? 200 : 404, found ?? status(404, 'NotFound'));
  }

  private remove(key: string): void {
    const found = this.all.get(key);
    if (!found) return;
    this.all.delete(key);
    this.tell('DELETED', found);
  }

  private watch(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    this.watchers.add(response);
    response.once('close', () => this.watchers.delete(response));
  }

  private tell(type: string, object: Flunder): void {
    for (const watcher of this.watchers) watcher.write(`${JSON.stringify({ type, object })}\n`);
  }
}

/** Starts one on a free port of loopback, with a certificate for `<name>.<namespace>.svc`. */
export async function startSampleServer({ host, frontProxyCa }: { host: string; frontProxyCa: string }): Promise<SampleServer> {
  const nowMs = systemClock.now();
  const authority = createCertificateAuthority('sample-ca', nowMs, 1);
  const serving = issueCertificate(authority, { commonName: host, hosts: [host], nowMs, validForDays: 1, usages: ['server'] });
  const flunders = new Flunders();
  let [isHealthy, last] = [true, {} as IncomingHttpHeaders];
  const server: Server = createServer({ cert: serving.cert, key: serving.key, ca: frontProxyCa, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://sample');
    if (!(request.socket as TLSSocket).authorized) return sendJson(response, 401, status(401, 'Unauthorized'));
    if (url.pathname === base) return sendJson(response, isHealthy ? 200 : 500, isHealthy ? discovery : status(500, 'InternalError'));
    if (url.pathname === `/openapi/v3${base}`) return sendJson(response, 200, openApiV3);
    if (url.pathname === '/openapi/v2') return sendJson(response, 200, openApiV2);
    if (!url.pathname.startsWith(base)) return sendJson(response, 404, status(404, 'NotFound'));
    last = request.headers;
    flunders.serve(request, response, url).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Asked-By: ${String(request.headers['x-remote-user'])}\r\n\r\n`);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    caBundle: Buffer.from(authority.cert).toString('base64'),
    lastHeaders: () => last,
    setHealthy: (healthy) => (isHealthy = healthy),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
