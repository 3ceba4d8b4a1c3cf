import { parse } from 'yaml';
import { getJson } from './cluster';

/** What a server pod runs: its name and the client's address by HTTP on 8080, the same by UDP; `other <name>` by HTTP on 8090. */
const script = `
const name = process.env.POD, http = require('http'), socket = require('dgram').createSocket('udp4');
http.createServer((q, r) => r.setHeader('connection', 'close').end(name + ' ' + q.socket.remoteAddress)).listen(8080, '0.0.0.0');
http.createServer((q, r) => r.setHeader('connection', 'close').end('other ' + name)).listen(8090, '0.0.0.0');
socket.on('message', (_, from) => socket.send(name + ' ' + from.address + '\\n', from.port, from.address)).bind(8080);
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => setTimeout(() => process.exit(), 1000 * process.env.LINGER));
`;

let image: Promise<string> | undefined;

/** An image with Node.js that every node has: the cluster's own DNS server. */
export async function nodeImage(): Promise<string> {
  image ??= getJson<{ spec: { template: { spec: { containers: { image: string }[] } } } }>('rc', '-n', 'kube-system', 'kube-dns').then(
    ({ spec }) => spec.template.spec.containers[0]?.image ?? '',
  );
  return image;
}

export interface ServerPod {
  app?: string;
  node?: string;
  /** Of the container, in YAML's flow style. */
  ports?: string;
  /** How long it serves on after it was told to end. */
  lingerSeconds?: number;
}

/** YAML document of a pod that serves who it is and whom it sees. */
export async function serverPod(name: string, { app = 'server', node, ports, lingerSeconds = 0 }: ServerPod = {}): Promise<string> {
  return `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${app} } }
spec:
  ${node ? `nodeSelector: { kubernetes.io/hostname: ${node} }` : ''}
  terminationGracePeriodSeconds: ${lingerSeconds + 1}
  containers:
  - name: server
    image: ${await nodeImage()}
    imagePullPolicy: IfNotPresent
    env:
    - { name: POD, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
    - { name: LINGER, value: '${lingerSeconds}' }
    command: [node, -e, ${JSON.stringify(script)}]
    readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
    ${ports ? `ports: ${ports}` : ''}
---
`;
}

/** YAML document of a ReplicaSet or ReplicationController whose pods serve the same. */
export async function serverSet(kind: 'ReplicaSet' | 'ReplicationController', name: string, replicas: number): Promise<string> {
  const { spec } = parse((await serverPod(name)).replace(/---\s*$/, '')) as { spec: object };
  const labels = { app: name };
  const template = { metadata: { labels }, spec };
  const [apiVersion, selector] = kind === 'ReplicaSet' ? ['apps/v1', { matchLabels: labels }] : ['v1', labels];
  return `${JSON.stringify({ apiVersion, kind, metadata: { name }, spec: { replicas, selector, template } })}\n---\n`;
}
