import { Listr, type ListrTaskWrapper, type ListrRenderer } from 'listr2';
import type { Clock } from '@typernetes/machinery';
import { installDns } from '../addons/install-dns';
import { ensureEngine } from '../checks/engine';
import { checkHost } from '../checks/host';
import { ensureCertificates } from '../cluster/certificates';
import { compose, composeFlags } from '../cluster/compose';
import { writeComposeFiles, type ClusterParts } from '../cluster/compose-files';
import { removeFormerKeys, removeFormerNodes, removeFormerVolumes } from '../cluster/former-workers';
import { mergeUserKubeconfig } from '../cluster/kubeconfig';
import { clusterContainers, clusterVolumes } from '../cluster/nodes';
import { apiReady, dnsAnswers, nodesReady, withApi } from '../cluster/ready';
import { checkSettings, rangeFlags, type ClusterSettings } from '../cluster/settings';
import { loadSettings, saveSettings } from '../cluster/state';
import { Problem } from '../problem';
import { ensureImages } from './images';

interface Context {
  parts: ClusterParts;
}

/** How long each step took, behind its title. */
const timer = { condition: true, field: (ms: number): string => `${(ms / 1000).toFixed(1)} s`, format: () => (text?: string): string => text ?? '' };
const progressOptions = { rendererOptions: { timer }, fallbackRendererOptions: { timer } };

type Task = ListrTaskWrapper<Context, typeof ListrRenderer, typeof ListrRenderer>;

/** Shows what a step is at; the same text twice would be two lines where there is no terminal. */
const showIn = (task: Task) => (what: string): void => {
  if (task.output !== what) task.output = what;
};

/** What cannot change while a cluster exists: its data and certificates carry it. */
function checkUnchanged(existing: ClusterSettings, wanted: ClusterSettings): void {
  for (const key of ['nodeCidr', 'podCidr', 'serviceCidr'] as const) {
    if (existing[key] !== wanted[key]) {
      throw new Problem(`The cluster "${wanted.name}" exists with ${rangeFlags[key]} ${existing[key]}.`, 'Run ./t8s down first, or leave the flag out.');
    }
  }
}

/** Parts of a cluster whose certificates we do not have cannot be brought to any form. */
async function checkForeign(name: string): Promise<void> {
  const found = [...(await clusterContainers(name)).map((container) => container.name), ...(await clusterVolumes(name))];
  if (found.length === 0) return;
  const next = `Give another --name, or remove that one with its data: ./t8s down${name === 't8s' ? '' : ` --name ${name}`}`;
  throw new Problem(`A cluster "${name}" exists (${found[0]}) that was not made from here.`, next);
}

async function preflight(settings: ClusterSettings, clock: Clock): Promise<void> {
  const existing = await loadSettings(settings.name);
  if (existing) checkUnchanged(existing, settings);
  await ensureEngine(clock);
  if (!existing) await checkForeign(settings.name);
  // A cluster that stands is in the way of nothing but itself.
  if ((await clusterContainers(settings.name)).length === 0) await checkHost(settings);
}

/** Makes all that `docker compose up` needs: images, certificates, generated files. */
async function prepare(settings: ClusterSettings, clock: Clock, progress: (what: string) => void): Promise<ClusterParts> {
  const [parts] = await Promise.all([ensureImages(progress), ensureCertificates(settings, clock)]);
  await writeComposeFiles(settings, parts);
  await saveSettings(settings);
  return parts;
}

/** Makes all for a start by hand. */
export async function init(settings: ClusterSettings, clock: Clock): Promise<void> {
  checkSettings(settings);
  await preflight(settings, clock);
  await prepare(settings, clock, (what) => console.log(what));
  console.log(`\nStart it by hand with: docker compose ${composeFlags(settings.name).join(' ')} up --detach`);
}

async function startContainers(settings: ClusterSettings): Promise<void> {
  await compose(settings.name, ['up', '--detach', '--remove-orphans']);
  await removeFormerVolumes(settings);
  await removeFormerKeys(settings);
}

async function addOns(settings: ClusterSettings, parts: ClusterParts): Promise<void> {
  await withApi(settings, async (api) => {
    await removeFormerNodes(api, settings);
    await installDns(api, settings, parts.dnsImage);
  });
}

/** Starts the cluster, or brings one that exists to the wanted form. */
export async function up(settings: ClusterSettings, clock: Clock): Promise<void> {
  checkSettings(settings);
  const started = clock.monotonic();
  const tasks = new Listr<Context>(
    [
      { title: 'Look at this machine', task: () => preflight(settings, clock) },
      {
        title: 'Images and certificates',
        task: async (context, task) => {
          context.parts = await prepare(settings, clock, showIn(task));
        },
      },
      { title: 'Start the containers', task: () => startContainers(settings) },
      { title: 'apiserver answers', task: () => apiReady(settings, clock) },
      { title: 'Install kube-dns', task: (context) => addOns(settings, context.parts) },
      { title: 'Nodes are ready', task: (_, task) => nodesReady(settings, clock, showIn(task)) },
      { title: 'DNS answers on every node', task: () => dnsAnswers(settings, clock) },
      { title: 'Context for kubectl', task: () => mergeUserKubeconfig(settings) },
    ],
    progressOptions,
  );
  await tasks.run({} as Context);
  console.log(`\nThe cluster "${settings.name}" is up (${((clock.monotonic() - started) / 1000).toFixed(1)} s). Try: kubectl get nodes`);
}

/** Starts the containers of a cluster that was stopped, and waits until it works. */
export async function start(settings: ClusterSettings, clock: Clock): Promise<void> {
  const tasks = new Listr<Context>(
    [
      { title: 'Look at this machine', task: () => ensureEngine(clock) },
      { title: 'Start the containers', task: () => compose(settings.name, ['up', '--detach', '--no-recreate']).then(() => undefined) },
      { title: 'apiserver answers', task: () => apiReady(settings, clock) },
      { title: 'Nodes are ready', task: (_, task) => nodesReady(settings, clock, showIn(task)) },
      { title: 'DNS answers on every node', task: () => dnsAnswers(settings, clock) },
    ],
    progressOptions,
  );
  await tasks.run({} as Context);
  console.log(`\nThe cluster "${settings.name}" is started.`);
}
