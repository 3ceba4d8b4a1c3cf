import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { resources } from '@typernetes/api';
import { silentLogger } from '@typernetes/component';
import { systemClock, type KubernetesList, type KubernetesObject } from '@typernetes/machinery';
import { createCertificateAuthority, createServiceAccountKeys, issueCertificate, renderKubeconfig, type CertificatePair } from '@typernetes/pki';
import { startEtcd, type RunningEtcd } from '@typernetes/testing';
import { configDefaults, type ApiserverConfig } from '../config';
import { startApiserver, type Running } from '../start';

export interface HttpAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON. */
  readonly json: KubernetesObject & KubernetesList<KubernetesObject> & Record<string, unknown>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without client certificate. */
  readonly anonymous?: boolean;
}

export interface KubectlAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real apiserver on a real etcd, both on free ports of loopback; everything goes away with it. */
export interface TestApi {
  readonly etcd: RunningEtcd;
  readonly config: ApiserverConfig;
  readonly running: Running;
  readonly kubeconfig: string;
  readonly caCert: string;
  readonly admin: CertificatePair;
  /** A client certificate for somebody else. */
  issue(commonName: string, organizations?: readonly string[]): CertificatePair;
  /** REST as administrator, over HTTP/1.1. Bodies that are no text are sent as JSON. */
  call(method: string, url: string, options?: CallOptions): Promise<HttpAnswer>;
  /** Real kubectl; `input` is its stdin. Never rejects. */
  kubectl(args: readonly string[], input?: string): Promise<KubectlAnswer>;
  /** Stops this apiserver and starts another on the same store and ports. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

function makePki(): { ca: CertificatePair; server: CertificatePair; admin: CertificatePair; serviceAccounts: { privateKey: string; publicKey: string } } {
  const nowMs = systemClock.now();
  const ca = createCertificateAuthority('test-ca', nowMs, 1);
  const issue = (commonName: string, rest: object): CertificatePair =>
    issueCertificate(ca, { commonName, nowMs, validForDays: 1, usages: ['client', 'server'], ...rest });
  return {
    ca,
    server: issue('kube-apiserver', { hosts: ['127.0.0.1', 'localhost'] }),
    admin: issue('kubernetes-admin', { organizations: ['system:masters'] }),
    serviceAccounts: createServiceAccountKeys(),
  };
}

/** Starts it; `overrides` change the configuration. */
export async function startTestApi(overrides: Partial<ApiserverConfig> = {}): Promise<TestApi> {
  const [etcd, directory] = await Promise.all([startEtcd(), mkdtemp(path.join(os.tmpdir(), 't8s-api-'))]);
  const { ca, server, admin, serviceAccounts } = makePki();
  const config: ApiserverConfig = {
    ...configDefaults,
    etcdServers: [etcd.endpoint],
    bindAddress: '127.0.0.1',
    securePort: 0,
    grpcPort: 0,
    tls: { cert: Buffer.from(server.cert), key: Buffer.from(server.key) },
    clientCa: Buffer.from(ca.cert),
    serviceAccountKeys: [Buffer.from(serviceAccounts.publicKey)],
    serviceAccountSigningKey: Buffer.from(serviceAccounts.privateKey),
    logger: silentLogger,
    ...overrides,
  };
  let running = await startApiserver(config);
  // As the controller manager would: pods need an account to run as.
  await running.internals.client.resource(resources.serviceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  const ports = { securePort: running.securePort, grpcPort: running.grpcPort };
  const agent = new Agent({ keepAlive: true, ca: ca.cert, cert: admin.cert, key: admin.key });
  const kubeconfig = path.join(directory, 'kubeconfig');
  await writeFile(kubeconfig, renderKubeconfig({ name: 'test', server: `https://127.0.0.1:${ports.securePort}`, caCert: ca.cert, client: admin }));
  return {
    etcd,
    config,
    get running() {
      return running;
    },
    kubeconfig,
    caCert: ca.cert,
    admin,
    issue: (commonName, organizations = []) => issueCertificate(ca, { commonName, organizations: [...organizations], nowMs: systemClock.now(), validForDays: 1, usages: ['client'] }),
    call: (method, url, options = {}) =>
      send({ host: '127.0.0.1', port: ports.securePort, method, path: url, ...(options.anonymous ? { ca: ca.cert, agent: false } : { agent }) }, options),
    kubectl: (args, input) => runKubectl({ home: directory, kubeconfig }, args, input),
    restart: async () => {
      await running.stop();
      running = await startApiserver({ ...config, ...ports });
    },
    stop: async () => {
      agent.destroy();
      await running.stop();
      await etcd.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function send(options: RequestOptions, { body, headers }: CallOptions): Promise<HttpAnswer> {
  const bytes = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ ...options, headers: { ...(bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}), ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          code: response.statusCode ?? 0,
          headers: response.headers,
          text,
          get json() {
            return JSON.parse(text) as HttpAnswer['json'];
          },
        });
      });
    });
    request.on('error', reject);
    request.end(bytes);
  });
}

function runKubectl({ home, kubeconfig }: { home: string; kubeconfig: string }, args: readonly string[], input?: string): Promise<KubectlAnswer> {
  return new Promise((resolve) => {
    const child = execFile(
      process.env['T8S_KUBECTL'] ?? 'kubectl',
      [`--kubeconfig=${kubeconfig}`, `--cache-dir=${home}/cache`, ...args],
      { env: { ...process.env, HOME: home }, maxBuffer: 16 << 20, timeout: 60_000 },
      (error, stdout, stderr) => resolve({ code: error ? (typeof error.code === 'number' ? error.code : -1) : 0, stdout, stderr }),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
