import { nodeImage } from './net-server';

/** One key-value store: the primary takes writes by PUT, replicas copy it all from there. */
const store = `
const http = require('http');
let entries = [];
const primary = process.env.PRIMARY;
const body = (stream) => new Promise((done) => { let text = ''; stream.on('data', (part) => text += part).on('end', () => done(text)); });
const copy = () => http.get('http://' + primary + ':6379/', async (answer) => { entries = JSON.parse(await body(answer)); }).on('error', () => undefined);
if (primary) setInterval(copy, 200);
http.createServer(async (request, response) => {
  if (request.method === 'PUT') entries.push(await body(request));
  response.setHeader('connection', 'close').end(JSON.stringify(entries));
}).listen(6379, '0.0.0.0');
process.on('SIGTERM', () => process.exit());
`;

/** What people see: `/set/<entry>` writes at the primary, `/` reads at a replica. */
const frontend = `
const http = require('http');
http.createServer((request, response) => {
  const [, verb, entry] = request.url.split('/');
  const [host, method] = verb === 'set' ? ['guestbook-primary', 'PUT'] : ['guestbook-replica', 'GET'];
  const call = http.request({ host, port: 6379, method }, (answer) => { response.writeHead(answer.statusCode); answer.pipe(response); });
  call.on('error', (error) => response.writeHead(502).end(String(error)));
  call.end(entry ?? '');
}).listen(80, '0.0.0.0');
process.on('SIGTERM', () => process.exit());
`;

const tier = (name: string, { image, script, replicas, port, env = '' }: { image: string; script: string; replicas: number; port: number; env?: string }): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, labels: { app: guestbook } }
spec: { selector: { app: guestbook, tier: ${name} }, ports: [{ port: ${port} }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, labels: { app: guestbook } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: guestbook, tier: ${name} } }
  template:
    metadata: { labels: { app: guestbook, tier: ${name} } }
    spec:
      containers:
      - name: server
        image: ${image}
        imagePullPolicy: IfNotPresent
        command: [node, -e, ${JSON.stringify(script)}]
        ${env}
        ports: [{ containerPort: ${port} }]
        readinessProbe: { tcpSocket: { port: ${port} }, periodSeconds: 1 }
---`;

/** YAML of an application of three tiers, each a Deployment behind a Service: pages before a store with two copies. */
export async function guestbook(): Promise<string> {
  const image = await nodeImage();
  return [
    tier('guestbook-primary', { image, script: store, replicas: 1, port: 6379 }),
    tier('guestbook-replica', { image, script: store, replicas: 2, port: 6379, env: 'env: [{ name: PRIMARY, value: guestbook-primary }]' }),
    tier('guestbook', { image, script: frontend, replicas: 3, port: 80 }),
  ].join('');
}
