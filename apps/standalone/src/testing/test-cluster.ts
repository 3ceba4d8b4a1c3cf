import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { silentLogger } from '@typernetes/component';
import { isPodReady } from '@typernetes/machinery';
import { configDefaults } from '../config';
import { startStandalone, type RunningStandalone } from '../start';

/** A whole cluster in the test's process, with all its nodes Ready. */
export interface TestCluster {
  /** The administrator's. */
  readonly client: ApiClient;
  /** One of a user's own. */
  clientFor: RunningStandalone['clientFor'];
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** Of the test's own; the nodes keep their files below `nodes/`. */
  readonly directory: string;
  /** Real kubectl. Rejects with all that it said when it fails. */
  kubectl(...args: string[]): Promise<string>;
  /** A namespace that pods can be made in; gives its name. */
  newNamespace(name: string): Promise<string>;
  stop(): Promise<void>;
}

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

export async function startTestCluster(nodes: number): Promise<TestCluster> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 't8s-standalone-'));
  const standalone = await startStandalone({ ...configDefaults, port: 0, nodes, nodesDirectory: path.join(directory, 'nodes'), pkiDirectory: path.join(directory, 'pki'), loggerFor: () => silentLogger });
  const client = standalone.clientFor({ name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] });
  const kubeconfig = path.join(directory, 'kubeconfig');
  await writeFile(kubeconfig, standalone.kubeconfig);
  await eventually(`${nodes} nodes`, async () => (await client.resource(resources.nodes).list()).items.filter(isPodReady).length === nodes);
  return {
    client,
    clientFor: (user) => standalone.clientFor(user),
    server: standalone.server,
    directory,
    kubectl: (...args) =>
      new Promise((resolve, reject) => {
        execFile('kubectl', [`--kubeconfig=${kubeconfig}`, `--cache-dir=${directory}/cache`, ...args], { timeout: 90_000 }, (error, stdout, stderr) =>
          error ? reject(new Error(`kubectl ${args.join(' ')}: ${stdout}${stderr}`, { cause: error })) : resolve(stdout),
        );
      }),
    newNamespace: async (name) => {
      await client.resource(resources.namespaces).create({ metadata: { name } });
      await eventually('service account', () => client.resource(resources.serviceAccounts).get('default', { namespace: name }));
      return name;
    },
    stop: async () => {
      await standalone.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
