import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runtimeConfigOf } from '@typernetes/app-apiserver';
import { createLogger, EnvironmentError, runMain } from '@typernetes/component';
import { editKubeconfigFile, mergeKubeconfig } from '@typernetes/pki';
import { configDefaults } from './config';
import { contextName, readyText } from './ready-text';
import type { Simulation } from './simulated-node/simulation';
import { loadSimulation } from './simulated-node/simulation-file';
import { startStandalone } from './start';

interface Flags {
  dataDir: string;
  inMemory?: boolean;
  bindAddress: string;
  port: string;
  nodes: string;
  simulation?: string;
  runtimeConfig: string[];
  kubeconfig?: string;
  mergeKubeconfig: boolean;
}

const stateDefault = path.join(os.homedir(), '.t8s', 'dev');

/** The file that kubectl writes to: the first of `$KUBECONFIG`, else `~/.kube/config`. */
const userKubeconfig = (): string => process.env['KUBECONFIG']?.split(path.delimiter).find(Boolean) ?? path.join(os.homedir(), '.kube/config');

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new EnvironmentError(`--port ${text}: not a port`, 2);
  return port;
}

function countOf(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new EnvironmentError(`--nodes ${text}: not a number of nodes`, 2);
  return Number(text);
}

async function simulationOf(file: string): Promise<Simulation> {
  try {
    return await loadSimulation(file);
  } catch (error) {
    throw new EnvironmentError(`--simulation ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

void runMain<Flags>({
  name: 't8s dev',
  logLevel: 'warn',
  description: 'A whole Kubernetes in one process: apiserver, scheduler, controllers and simulated nodes on an embedded store.',
  flags: (command) =>
    command
      .option('--data-dir <dir>', 'where data and certificates are kept', stateDefault)
      .option('--in-memory', 'keep no data: the cluster is gone with the process')
      .option('--bind-address <ip>', 'address to listen on', configDefaults.bindAddress)
      .option('--port <port>', 'HTTPS; 0 takes a free one', String(configDefaults.port))
      .option('--nodes <count>', 'simulated nodes', String(configDefaults.nodes))
      .option('--simulation <file>', 'YAML that says how nodes and containers behave')
      .option('--runtime-config <key=value,...>', 'turns API versions on and off, as of kube-apiserver: api/beta=true', (value: string, before: string[]) => [...before, value], [])
      .option('--kubeconfig <file>', "write the administrator's kubeconfig there too")
      .option('--no-merge-kubeconfig', "leave the user's own kubeconfig as it is"),
  start: async (flags, { logger, clock }) => {
    const { level: logLevel } = logger;
    const nodes = countOf(flags.nodes);
    const running = await startStandalone({
      ...configDefaults,
      ...(flags.inMemory ? {} : { dataDirectory: path.join(flags.dataDir, 'store') }),
      pkiDirectory: path.join(flags.dataDir, 'pki'),
      bindAddress: flags.bindAddress,
      port: portOf(flags.port),
      nodes,
      runtimeConfig: runtimeConfigOf(flags.runtimeConfig),
      ...(flags.simulation ? { simulation: await simulationOf(flags.simulation) } : {}),
      ...(flags.inMemory ? {} : { nodesDirectory: path.join(flags.dataDir, 'nodes') }),
      loggerFor: (component) => createLogger(component, logLevel),
      clock,
    });
    if (flags.kubeconfig) {
      mkdirSync(path.dirname(path.resolve(flags.kubeconfig)), { recursive: true });
      writeFileSync(flags.kubeconfig, running.kubeconfig, { mode: 0o600 });
    }
    if (flags.mergeKubeconfig) {
      const { pki, server } = running;
      editKubeconfigFile(userKubeconfig(), (text) => mergeKubeconfig(text, { name: contextName, server, caCert: pki.caCert, client: pki.admin }));
    }
    process.stdout.write(readyText({ server: running.server, nodes, seconds: process.uptime(), data: flags.inMemory ? 'in memory' : `in ${flags.dataDir}`, isMerged: flags.mergeKubeconfig, ...(flags.kubeconfig ? { kubeconfig: flags.kubeconfig } : {}) }));
    return running;
  },
});
