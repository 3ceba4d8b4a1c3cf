import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { silentLogger } from '@typernetes/component';
import { configDefaults } from '../../../standalone/src/config';
import { startStandalone, type RunningStandalone } from '../../../standalone/src/start';

export interface Kubectl {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A whole control plane with simulated nodes in this process, and the administrator's client. */
export interface SimulatedCluster {
  readonly standalone: RunningStandalone;
  readonly client: ApiClient;
  /** The administrator's, as a file that the test may change. */
  readonly kubeconfig: string;
  /** A namespace that pods can be made in. */
  newNamespace(name: string): Promise<string>;
  /** Real kubectl. Never rejects. */
  kubectl(args: readonly string[], input?: string): Promise<Kubectl>;
  stop(): Promise<void>;
}

export const admin = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

/** Polls until `look` gives something; what it throws counts as "not yet". */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>, seconds = 60): Promise<T> {
  let failure: unknown;
  for (let i = 0; i < seconds * 20; i++) {
    try {
      const found = await look();
      if (found) return found;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within ${seconds} s: ${what}`, { cause: failure });
}

export async function startSimulatedCluster(nodes = 2): Promise<SimulatedCluster> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 't8s-simulated-'));
  const standalone = await startStandalone({ ...configDefaults, port: 0, nodes, pkiDirectory: path.join(directory, 'pki'), loggerFor: () => silentLogger });
  const client = standalone.clientFor(admin);
  const kubeconfig = path.join(directory, 'kubeconfig');
  await writeFile(kubeconfig, standalone.kubeconfig);
  return {
    standalone,
    client,
    kubeconfig,
    newNamespace: async (name) => {
      await client.resource(resources.namespaces).create({ metadata: { name } });
      await eventually(`service account of ${name}`, () => client.resource(resources.serviceAccounts).get('default', { namespace: name }));
      return name;
    },
    kubectl: (args, input) =>
      new Promise((resolve) => {
        const child = execFile('kubectl', [`--kubeconfig=${kubeconfig}`, `--cache-dir=${directory}/cache`, ...args], { timeout: 60_000, maxBuffer: 16 << 20 }, (error, stdout, stderr) =>
          resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
        );
        child.stdin?.end(input);
      }),
    stop: async () => {
      await standalone.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Gives a pod that no node runs the end that a kubelet would give it. */
export async function endPod(client: ApiClient, pod: Pod, { exitCode = 0, finishedAt, conditions = [] }: { exitCode?: number; finishedAt?: string; conditions?: { type: string; status: string }[] } = {}): Promise<void> {
  const pods = client.resource(resources.pods);
  const fresh = await pods.get(pod.metadata?.name ?? '', { namespace: pod.metadata?.namespace });
  const terminated = { exitCode, ...(finishedAt ? { finishedAt } : {}) };
  const containerStatuses = (fresh.spec?.containers ?? []).map(({ name, image = '' }) => ({ name, image, imageID: '', ready: false, restartCount: 0, state: { terminated } }));
  await pods.updateStatus({ ...fresh, status: { ...fresh.status, phase: exitCode ? 'Failed' : 'Succeeded', containerStatuses, conditions: [...(fresh.status?.conditions ?? []), ...conditions] } });
}
