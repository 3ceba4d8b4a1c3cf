import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runtimeConfigOf } from '@typernetes/app-apiserver';
import { createLogger, EnvironmentError, runMain } from '@typernetes/component';
import { editKubeconfigFile, mergeKubeconfig } from '@typernetes/pki';
import { writeComponentKubeconfigs } from './component-kubeconfigs';
import { configDefaults } from './config';
import { componentsOf, countOf, grpcPortOf, portOf } from './flags';
import { contextName, readyText } from './ready-text';
import type { Simulation } from './simulated-node/simulation';
import { loadSimulation } from './simulated-node/simulation-file';
import { startStandalone } from './start';
import { startProblem } from './start-problem';

interface Flags {
  dataDir: string;
  inMemory?: boolean;
  bindAddress: string;
  port: string;
  grpcPort?: string;
  disable: string[];
  nodes: string;
  simulation?: string;
  runtimeConfig: string[];
  kubeconfig?: string;
  mergeKubeconfig: boolean;
}

const stateDefault = path.join(os.homedir(), '.t8s', 'dev');

/** The file that kubectl writes to: the first of `$KUBECONFIG`, else `~/.kube/config`. */
const userKubeconfig = (): string => process.env['KUBECONFIG']?.split(path.delimiter).find(Boolean) ?? path.join(os.homedir(), '.kube/config');

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
      .option('--grpc-port <port>', 'for components beside this process; default: 6444 beside port 6443, else a free one')
      .option('--disable <component...>', 'leave it out, to run it from source: scheduler, controller-manager', [])
      .option('--nodes <count>', 'simulated nodes', String(configDefaults.nodes))
      .option('--simulation <file>', 'YAML that says how nodes and containers behave')
      .option('--runtime-config <key=value,...>', 'turns API versions on and off, as of kube-apiserver: api/beta=true', (value: string, before: string[]) => [...before, value], [])
      .option('--kubeconfig <file>', "write the administrator's kubeconfig there too")
      .option('--no-merge-kubeconfig', "leave the user's own kubeconfig as it is"),
  start: async (flags, { logger, clock }) => {
    const { level: logLevel } = logger;
    const nodes = countOf(flags.nodes);
    const disabled = componentsOf(flags.disable);
    const port = portOf('--port', flags.port);
    const running = await startStandalone({
      ...configDefaults,
      ...(flags.inMemory ? {} : { dataDirectory: path.join(flags.dataDir, 'store') }),
      pkiDirectory: path.join(flags.dataDir, 'pki'),
      bindAddress: flags.bindAddress,
      port,
      grpcPort: grpcPortOf(flags.grpcPort, port),
      nodes,
      disabled,
      runtimeConfig: runtimeConfigOf(flags.runtimeConfig),
      ...(flags.simulation ? { simulation: await simulationOf(flags.simulation) } : {}),
      ...(flags.inMemory ? {} : { nodesDirectory: path.join(flags.dataDir, 'nodes') }),
      loggerFor: (component) => createLogger(component, logLevel),
      clock,
    }).catch((error: unknown) => {
      throw startProblem(error, { address: `${flags.bindAddress}:${port}`, dataDir: flags.dataDir });
    });
    if (flags.kubeconfig) {
      mkdirSync(path.dirname(path.resolve(flags.kubeconfig)), { recursive: true });
      writeFileSync(flags.kubeconfig, running.kubeconfig, { mode: 0o600 });
    }
    if (flags.mergeKubeconfig) {
      const { pki, server } = running;
      editKubeconfigFile(userKubeconfig(), (text) => mergeKubeconfig(text, { name: contextName, server, caCert: pki.caCert, client: pki.admin }));
    }
    const absent = writeComponentKubeconfigs(flags.dataDir, running, disabled, clock.now());
    process.stdout.write(readyText({ server: running.server, nodes, seconds: process.uptime(), data: flags.inMemory ? 'in memory' : `in ${flags.dataDir}`, isMerged: flags.mergeKubeconfig, absent, ...(flags.kubeconfig ? { kubeconfig: flags.kubeconfig } : {}) }));
    return running;
  },
});
