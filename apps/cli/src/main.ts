import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '@typernetes/machinery';
import { adminKubeconfig } from './cluster/kubeconfig';
import { defaultSettings, type ClusterSettings } from './cluster/settings';
import { loadSettings, requireSettings } from './cluster/state';
import { benchApi, type BenchApiFlags } from './bench-api/bench-api';
import { benchDeploy, type BenchDeployFlags } from './bench-deploy/bench-deploy';
import { benchStart, type BenchStartFlags } from './bench-start/bench-start';
import { benchScheduler, type BenchSchedulerFlags } from './bench-scheduler/bench-scheduler';
import { bench } from './commands/bench';
import { dev } from './commands/dev';
import { down } from './commands/down';
import { kubectl } from './commands/kubectl';
import { status, stop } from './commands/lifecycle';
import { load } from './commands/load';
import { logs, type LogsOptions } from './commands/logs';
import { init, start, up } from './commands/up';
import { exitCodes, Problem, UsageProblem } from './problem';

type SettingsFlags = { workers?: number } & Partial<Record<'nodeCidr' | 'podCidr' | 'serviceCidr' | 'api' | 'publish' | 'dnsUpstream', string>>;

const program = new Command('t8s').description('Typernetes: a Kubernetes in TypeScript, on your Docker.').enablePositionalOptions();
program.showHelpAfterError('(--help tells what there is)');
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : exitCodes.usage));
program.option('--name <name>', 'which cluster', defaultSettings.name);
/** Behind the command the flag is understood as well. */
let nameBehindCommand: string | undefined;
program.hook('preAction', (_program, command) => {
  nameBehindCommand = command.opts<{ name?: string }>().name;
});
const cluster = (): string => nameBehindCommand ?? program.opts<{ name: string }>().name;

/** What the flags say, else what the cluster was made with, else the default. */
async function settingsOf(flags: SettingsFlags): Promise<ClusterSettings> {
  const known = (await loadSettings(cluster())) ?? { ...defaultSettings, name: cluster() };
  return {
    ...known,
    workers: flags.workers ?? known.workers,
    nodeCidr: flags.nodeCidr ?? known.nodeCidr,
    podCidr: flags.podCidr ?? known.podCidr,
    serviceCidr: flags.serviceCidr ?? known.serviceCidr,
    apiBind: flags.api ?? known.apiBind,
    publish: flags.publish ?? known.publish,
    dnsUpstream: flags.dnsUpstream ?? known.dnsUpstream,
  };
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function withSettings(command: Command): Command {
  return command
    .option('--workers <n>', `number of worker nodes (default ${defaultSettings.workers})`, wholeNumber)
    .option('--pod-cidr <range>', `addresses of pods (default ${defaultSettings.podCidr})`)
    .option('--service-cidr <range>', `addresses of Services (default ${defaultSettings.serviceCidr})`)
    .option('--node-cidr <range>', `addresses of nodes (default ${defaultSettings.nodeCidr})`)
    .option('--api <host:port>', `where this machine reaches the API (default ${defaultSettings.apiBind})`)
    .option('--publish <ports>', 'node ports that this machine forwards, such as 30000-30010; for Docker in a virtual machine')
    .option('--dns-upstream <address>', 'name server for names outside the cluster');
}

withSettings(program.command('up').description('start a cluster, or bring the one that exists to the wanted form')).action(
  async (flags: SettingsFlags) => up(await settingsOf(flags), systemClock),
);

withSettings(program.command('init').description('only make images, certificates and compose files; start with docker compose')).action(
  async (flags: SettingsFlags) => init(await settingsOf(flags), systemClock),
);

program
  .command('dev')
  .description('a whole Kubernetes in one process, with simulated nodes; needs no Docker (--help tells its flags)')
  .argument('[flags...]')
  .passThroughOptions()
  .allowUnknownOption()
  .helpOption(false)
  .action(async (flags: string[]) => {
    process.exitCode = await dev(flags);
  });

program
  .command('down')
  .description('remove the cluster and its data')
  .option('--all', 'also images, caches and state of t8s')
  .action((flags: { all?: boolean }) => down(cluster(), flags.all ?? false));

program.command('stop').description('end the containers, keep everything').action(() => stop(cluster()));
program.command('start').description('start what was stopped').action(async () => start(await requireSettings(cluster()), systemClock));

program
  .command('status')
  .description('containers and nodes; exit code 1 when one is not well')
  .action(async () => {
    if (!(await status(cluster()))) process.exitCode = 1;
  });

program
  .command('kubeconfig')
  .description('print a kubeconfig of the administrator')
  .action(async () => {
    const settings = await requireSettings(cluster());
    process.stdout.write(await readFile(adminKubeconfig(settings.name), 'utf8'));
  });

program
  .command('load')
  .description("copy images of this machine's Docker into every node")
  .argument('<images...>')
  .action((images: string[]) => load(cluster(), images));

program
  .command('logs')
  .description('log of a service (apiserver, worker-1, ...) or of one process on the nodes (kubelet, proxy, cri-docker, dockerd)')
  .argument('<component>')
  .option('-f, --follow', 'go on as lines come')
  .option('--tail <n>', 'only the last lines')
  .option('--node <node>', 'only this node')
  .action((component: string, options: LogsOptions) => logs(cluster(), component, options, systemClock));

const benches = program.command('bench').description('measure a running cluster').action(() => bench(cluster(), systemClock));

benches
  .command('api')
  .description('measure any Kubernetes API server: creates, reads, lists, patches, watches')
  .option('--server <url>', 'the server, https://host:port')
  .option('--token <token>', 'who asks: a bearer token that may do everything')
  .option('--certificate-authority <file>', "the server's CA; without one its certificate is not checked")
  .option('--kubeconfig <file>', 'instead of server and token')
  .option('--pods <count>', 'how many pods to create and list', '5000')
  .option('--connections <count>', 'connections of creates and gets', '16')
  .option('--pid <pid>', "the server's process on this machine: its CPU time and memory are told too")
  .option('--json <file>', 'write the figures there as JSON')
  .action((flags: BenchApiFlags) => benchApi(flags, systemClock));

benches
  .command('scheduler')
  .description('measure how many pods a second get a node: creates nodes as objects, and pods, on any Kubernetes API server')
  .option('--server <url>', 'the server, https://host:port')
  .option('--token <token>', 'who asks: a bearer token that may do everything')
  .option('--certificate-authority <file>', "the server's CA; without one its certificate is not checked")
  .option('--kubeconfig <file>', 'instead of server and token')
  .option('--nodes <count>', 'how many nodes', '1000')
  .option('--pods <count>', 'how many pods', '2000')
  .option('--workload <name>', 'plain, anti-affinity or spread', 'plain')
  .option('--connections <count>', 'connections that create', '16')
  .option('--timeout <seconds>', 'how long to wait for the last node', '300')
  .option('--json <file>', 'write the figures there as JSON')
  .action((flags: BenchSchedulerFlags) => benchScheduler(flags, systemClock));

benches
  .command('deploy')
  .description('measure how long many Deployments take until all are available, on any Kubernetes cluster (`t8s dev --nodes 10` is one)')
  .option('--server <url>', 'the server, https://host:port')
  .option('--token <token>', 'who asks: a bearer token that may do everything')
  .option('--certificate-authority <file>', "the server's CA; without one its certificate is not checked")
  .option('--kubeconfig <file>', 'instead of server and token')
  .option('--deployments <count>', 'how many Deployments', '100')
  .option('--replicas <count>', 'pods of each', '10')
  .option('--connections <count>', 'connections that create', '4')
  .option('--timeout <seconds>', 'how long to wait for the last one', '300')
  .option('--json <file>', 'write the figures there as JSON')
  .action((flags: BenchDeployFlags) => benchDeploy(flags, systemClock));

benches
  .command('start')
  .description('measure `t8s dev`: how soon it answers, and what it costs when nothing happens')
  .option('--nodes <count>', 'simulated nodes', '1')
  .option('--pods <count>', 'pods that run in the last round', '0')
  .option('--rounds <count>', 'how often it is started; the first time it makes its keys too', '5')
  .option('--idle <seconds>', 'how long to look on in the last round', '20')
  .option('--in-memory', 'keep no data')
  .option('--json <file>', 'write the figures there as JSON')
  .action((flags: BenchStartFlags) => benchStart(flags, systemClock));

program
  .command('kubectl')
  .description('kubectl with this cluster')
  .argument('[args...]')
  .passThroughOptions()
  .allowUnknownOption()
  .helpOption(false)
  .action(async (args: string[]) => {
    process.exitCode = await kubectl(cluster(), args);
  });

// The arguments of these two are another program's.
for (const command of program.commands.filter((command) => !['dev', 'kubectl'].includes(command.name()))) command.addOption(new Option('--name <name>').hideHelp());

program.parseAsync().catch((error: unknown) => {
  // A Problem is for the user to mend; anything else is our own mistake, and its stack helps whoever looks for it.
  if (error instanceof Problem) console.error(`\nt8s: ${error.message}\n     ${error.nextStep}`);
  else console.error(`\nt8s: ${process.env['T8S_DEBUG'] && error instanceof Error ? error.stack : String(error instanceof Error ? error.message : error)}`);
  process.exitCode = error instanceof UsageProblem ? exitCodes.usage : exitCodes.failed;
});
