import os from 'node:os';
import path from 'node:path';
import { must, run, type Result, type RunOptions } from './run';

/** The tests' own cluster, beside one that a developer may have. */
export const cluster = process.env['T8S_E2E_CLUSTER'] ?? 't8s-e2e';
export const root = path.resolve(__dirname, '../../../..');
export const t8sHome = process.env['T8S_HOME'] ?? path.join(os.homedir(), '.t8s');
export const kubeconfig = path.join(t8sHome, 'clusters', cluster, 'admin/admin.conf');
/** Where the node network lies; the CLI's default range is left to the developer's cluster. */
export const upFlags = process.env['T8S_E2E_FLAGS']?.split(' ') ?? ['--workers', '2', '--api', '127.0.0.1:16443', '--node-cidr', '172.29.0.0/16', '--publish', '30990-30991'];
export const exampleImages = ['nginx', 'radial/busyboxplus:curl', 'bprashanth/nginxhttps:1.0'];
export const workers = ['worker-1', 'worker-2'] as const;
export const container = (service: string): string => `${cluster}-${service}`;

/** Our own kubeconfig stays out of the user's. */
export const environment = { ...process.env, KUBECONFIG: path.join(t8sHome, `${cluster}.kubeconfig`) };

export const t8s = (...args: string[]): Promise<string> =>
  must(path.join(root, 't8s'), ['--name', cluster, ...args], { env: environment, timeoutMs: 600_000 });

/** Versions of kubectl that everything is tried with. */
export const kubectlVersions = ['32', '35'] as const;
export type KubectlVersion = (typeof kubectlVersions)[number];
export const kubectlBinary = (version: KubectlVersion): string => path.join(t8sHome, 'cache/e2e', `kubectl-1.${version}`, 'kubectl');

export const kubectlTry = (args: readonly string[], options: RunOptions & { version?: KubectlVersion } = {}): Promise<Result> =>
  run(kubectlBinary(options.version ?? '35'), ['--kubeconfig', kubeconfig, ...args], options);

export const kubectl = (args: readonly string[], options: RunOptions & { version?: KubectlVersion } = {}): Promise<string> =>
  must(kubectlBinary(options.version ?? '35'), ['--kubeconfig', kubeconfig, ...args], options);

export async function getJson<T>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl(['get', ...args, '-o', 'json'])) as T;
}

/** Runs a command inside a node. */
export const onNode = (node: string, ...command: string[]): Promise<string> => must('docker', ['exec', container(node), ...command]);

export interface Pod {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
  spec: { nodeName?: string };
  status: {
    phase: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number; containerID?: string }[];
  };
}

export const isReady = (pod: Pod): boolean => pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

export async function pods(selector: string, namespace = 'default'): Promise<Pod[]> {
  const list = await getJson<{ items: Pod[] }>('pods', '-n', namespace, '-l', selector);
  return list.items.filter((pod) => !pod.metadata.deletionTimestamp);
}
