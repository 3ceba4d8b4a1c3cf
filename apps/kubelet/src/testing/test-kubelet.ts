import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { credentials } from '@grpc/grpc-js';
import type { CoreV1Event, Pod, PodSpec } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { defaultConfig as criDefaults, startCriDocker } from '@typernetes/app-cri-docker';
import type { ApiClient } from '@typernetes/client';
import { InformerFactory, createGrpcClient } from '@typernetes/client';
import type { Running } from '@typernetes/component';
import { createLogger } from '@typernetes/component';
import { systemClock, systemRandom } from '@typernetes/machinery';
import { createCertificateAuthority, issueCertificate } from '@typernetes/pki';
import { node as nodeProto } from '@typernetes/proto';
import { freePorts } from '@typernetes/testing';
import { startTestApi, type TestApi } from '../../../apiserver/src/testing/start-test-api';
import type { KubeletConfig } from '../config';
import { defaultConfig } from '../config';
import { startKubelet } from '../start';
import { LocalNode } from './local-node';
import { PrivateEngine } from './private-engine';

/** Generous: the machine may be busy with other suites. */
const patienceMs = 120_000;
const pollMs = 50;

const logger = createLogger('kubelet', process.env['LOG_LEVEL'] ?? 'error');

/** Looks until there is something. @throws Error when there is nothing for long */
export async function until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

export type Container = PodSpec['containers'][number];

export interface ExecAnswer {
  stdout: string;
  stderr: string;
  status: { status?: string; reason?: string };
}

/** A kubelet with an engine, a shim, an apiserver and an etcd of its own. */
export class TestKubelet {
  readonly nodeName: string;
  config!: KubeletConfig;
  api!: TestApi;
  /** As administrator. */
  client!: ApiClient;
  private own!: ApiClient;
  private readonly engine: PrivateEngine;
  readonly local: LocalNode;
  private shim!: Running;
  private kubelet!: Running;
  private server!: nodeProto.NodeClient;
  private isUp = false;

  /** `name`: at most 14 characters; `subnet`: of no other suite. */
  constructor(name: string, subnet: string) {
    this.nodeName = name;
    const dir = mkdtempSync(path.join(tmpdir(), `${name}-`));
    this.engine = new PrivateEngine(dir);
    this.local = new LocalNode({ name, subnet, dir, dockerHost: this.engine.host });
  }

  /** A start that fails leaves nothing behind: the suites after it use the same machine. */
  async start(overrides: Partial<KubeletConfig> = {}): Promise<void> {
    try {
      await this.begin(overrides);
      this.isUp = true;
    } catch (error) {
      await this.removeNode();
      throw error;
    }
  }

  private async begin(overrides: Partial<KubeletConfig>): Promise<void> {
    const { local, nodeName } = this;
    await this.engine.start();
    local.prepare();
    const nowMs = Date.now();
    const authority = createCertificateAuthority(`${nodeName}-ca`, nowMs, 1);
    const issue = (commonName: string): { cert: string; key: string } => issueCertificate(authority, { commonName, nowMs, validForDays: 1, usages: ['client', 'server'], hosts: ['127.0.0.1'] });
    const serving = issue(`system:node:${nodeName}`);
    const caller = issue('kube-apiserver-kubelet-client');
    const file = (name: string, text: string): string => (writeFileSync(path.join(local.dir, name), text), path.join(local.dir, name));
    const [port = 0, healthzPort = 0] = await freePorts(2);
    const shimConfig = { ...criDefaults, dockerHost: local.dockerHost, listen: local.socket, podInfraContainerImage: local.pauseImage, cniConfDir: local.cniConfDir, rootDir: path.join(local.dir, 'cri') };
    [this.api, this.shim] = await Promise.all([startTestApi(), startCriDocker(shimConfig, logger)]);
    this.client = this.clientOf(this.api.admin);
    // What a kubelet may do is the apiserver's to say.
    this.own = this.clientOf(this.api.issue(`system:node:${nodeName}`, ['system:nodes']));
    for (const name of ['default', 'kube-node-lease']) await this.client.resource(resources.namespaces).create({ metadata: { name } }).catch(() => undefined);
    this.config = {
      ...defaultConfig, nodeName, nodeIP: '127.0.0.1', containerRuntimeEndpoint: `unix:${local.socket}`, clusterDns: ['10.96.0.10'],
      rootDir: path.join(local.dir, 'root'), podLogsDir: path.join(local.dir, 'logs'), healthzPort, address: '127.0.0.1', port,
      tlsCertFile: file('tls.crt', serving.cert), tlsPrivateKeyFile: file('tls.key', serving.key), clientCaFile: file('ca.crt', authority.cert),
      ...overrides,
    };
    this.server = new nodeProto.NodeClient(`127.0.0.1:${port}`, credentials.createSsl(Buffer.from(authority.cert), Buffer.from(caller.key), Buffer.from(caller.cert)));
    this.kubelet = await this.run();
    await until(async () => {
      const node = await this.client.resource(resources.nodes).get(nodeName);
      return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    }, 'node is Ready');
  }

  private clientOf({ cert, key }: { cert: string; key: string }): ApiClient {
    const access = { server: '', grpcServer: `127.0.0.1:${this.api.running.grpcPort}`, ca: Buffer.from(this.api.caCert), cert: Buffer.from(cert), key: Buffer.from(key) };
    return createGrpcClient({ access, userAgent: 'kubelet' });
  }

  /** Another kubelet on the same node, as after a crash. */
  async restart(): Promise<void> {
    await this.kubelet.stop();
    this.kubelet = await this.run();
  }

  private async run(): Promise<Running> {
    const { own: client, nodeName } = this;
    const informers = new InformerFactory({ client, clock: systemClock, random: systemRandom, logger });
    const sources = {
      pods: informers.informer(resources.pods, { fieldSelector: `spec.nodeName=${nodeName}` }),
      services: informers.informer(resources.services),
      node: informers.informer(resources.nodes, { fieldSelector: `metadata.name=${nodeName}` }),
    };
    const abort = new AbortController();
    const running = await startKubelet(this.config, { client, sources, logger });
    informers.start(abort.signal);
    return { stop: async () => (abort.abort(), running.stop()) };
  }

  async stop(): Promise<void> {
    if (!this.isUp) return;
    const pods = this.client.resource(resources.pods);
    for (const { metadata } of (await pods.list()).items) await this.delete(metadata?.name ?? '', 1);
    await until(async () => (await pods.list()).items.length === 0, 'all pods gone');
    this.server.close();
    await this.kubelet.stop();
    await this.shim.stop();
    this.client.close();
    this.own.close();
    await this.api.stop();
    await this.removeNode();
  }

  private async removeNode(): Promise<void> {
    this.local.remove();
    await this.engine.stop();
    this.clear();
  }

  /** Takes away what the engine wrote until its end, and what is still mounted there. */
  private clear(): void {
    const { dir } = this.local;
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((target) => target.startsWith(`${dir}/`));
    for (const target of mounts.reverse()) execFileSync('umount', ['-l', target]);
    rmSync(dir, { recursive: true, force: true });
  }

  /** A container of busybox that runs a shell script. */
  box(script: string, more: Partial<Container> = {}): Container {
    return { name: 'main', image: this.local.testImage, command: ['sh', '-c', script], ...more };
  }

  /** Makes an image in the node's engine. */
  build(name: string, dockerfile: string): void {
    execFileSync('docker', ['-H', this.local.dockerHost, 'build', '-q', '-t', name, '-'], { input: dockerfile, stdio: 'pipe' });
  }

  /** The OCI runtimes of all containers of a pod, that of the sandbox too. */
  runtimesOf(pod: string): string[] {
    const docker = (...args: string[]): string[] => execFileSync('docker', ['-H', this.local.dockerHost, ...args], { encoding: 'utf8' }).split('\n').filter(Boolean);
    return docker('inspect', '--format', '{{.HostConfig.Runtime}}', ...docker('ps', '-q', '--filter', `label=io.kubernetes.pod.name=${pod}`));
  }

  create(name: string, spec: Partial<PodSpec>, more: Partial<Pod['metadata']> = {}): Promise<Pod> {
    return this.client.resource(resources.pods).create({
      metadata: { name, namespace: 'default', labels: { app: name }, ...more },
      spec: { nodeName: this.nodeName, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, containers: [], ...spec },
    });
  }

  get(name: string): Promise<Pod> {
    return this.client.resource(resources.pods).get(name, { namespace: 'default' });
  }

  delete(name: string, gracePeriodSeconds?: number): Promise<unknown> {
    return this.client.resource(resources.pods).delete(name, { namespace: 'default', ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) });
  }

  /** Waits until the pod is as wanted and gives it back. */
  podWith(name: string, isWanted: (pod: Pod) => boolean | undefined, what: string): Promise<Pod> {
    return until(async () => {
      const pod = await this.get(name);
      return isWanted(pod) && pod;
    }, `${name}: ${what}`);
  }

  phase(name: string, wanted: string): Promise<Pod> {
    return this.podWith(name, ({ status }) => status?.phase === wanted, wanted);
  }

  gone(name: string): Promise<true> {
    return until(() => this.get(name).then(() => false as const, () => true as const), `${name} is gone`);
  }

  async events(name: string): Promise<CoreV1Event[]> {
    return (await this.client.resource(resources.events).list({ namespace: 'default' })).items.filter(({ involvedObject }) => involvedObject.name === name);
  }

  /** Waits for an event about the pod with this reason and message. */
  event(name: string, reason: string, message: string | RegExp): Promise<CoreV1Event> {
    const matches = (text = ''): boolean => (typeof message === 'string' ? text === message : message.test(text));
    return until(async () => (await this.events(name)).find((event) => event.reason === reason && matches(event.message)), `${name}: event ${reason}`);
  }

  async logs(pod: string, container = 'main', more: Partial<nodeProto.LogsRequest> = {}): Promise<string> {
    const stream = this.server.logs(nodeProto.LogsRequest.fromPartial({ target: { namespace: 'default', pod, container }, ...more }));
    let text = '';
    for await (const { data } of stream as AsyncIterable<nodeProto.Bytes>) text += data.toString();
    return text;
  }

  exec(pod: string, command: string[], container = ''): Promise<ExecAnswer> {
    return new Promise((resolve, reject) => {
      const call = this.server.exec();
      const result = { stdout: '', stderr: '', status: {} };
      call.on('data', ({ output }: nodeProto.ExecOutput) => {
        if (output?.$case === 'status') result.status = JSON.parse(output.value.toString()) as object;
        else if (output) result[output.$case] += output.value.toString();
      });
      call.on('error', reject);
      call.on('end', () => resolve(result));
      call.write({ input: { $case: 'start', value: { target: { namespace: 'default', pod, uid: '', container }, command, stdin: false, stdout: true, stderr: true, tty: false } } });
    });
  }
}
