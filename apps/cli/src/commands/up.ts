import { Listr, type ListrTaskWrapper, type ListrRenderer } from 'listr2';
import type { Clock } from '@typernetes/machinery';
import { applyObjects } from '../addons/apply';
import { kubeDnsObjects } from '../addons/kube-dns';
import { ensureEngine } from '../checks/engine';
import { checkHost } from '../checks/host';
import { AdminApi } from '../cluster/api';
import { ensureCertificates } from '../cluster/certificates';
import { compose } from '../cluster/compose';
import { writeComposeFiles, type ClusterParts } from '../cluster/compose-files';
import { hasReadyEndpoint, resolveInNode } from '../cluster/dns-query';
import { mergeUserKubeconfig } from '../cluster/kubeconfig';
import { clusterContainers, nodeReadiness } from '../cluster/nodes';
import { checkSettings, clusterAddresses, workerName, type ClusterSettings } from '../cluster/settings';
import { loadSettings, saveSettings } from '../cluster/state';
import { waitUntil } from '../cluster/wait';
import { Problem } from '../problem';
import { ensureImages } from './images';

const apiTimeoutMs = 60_000;
const nodesTimeoutMs = 120_000;
const dnsTimeoutMs = 120_000;

interface Context {
  parts: ClusterParts;
}

/** How long each step took, behind its title. */
const timer = { condition: true, field: (ms: number): string => `${(ms / 1000).toFixed(1)} s`, format: () => (text?: string): string => text ?? '' };

type Task = ListrTaskWrapper<Context, typeof ListrRenderer, typeof ListrRenderer>;

/** What cannot change while a cluster exists: its data and certificates carry it. */
function checkUnchanged(existing: ClusterSettings, wanted: ClusterSettings): void {
  for (const key of ['nodeCidr', 'podCidr', 'serviceCidr', 'apiBind'] as const) {
    if (existing[key] !== wanted[key]) {
      throw new Problem(`The cluster "${wanted.name}" exists with another ${key} (${existing[key]}).`, 'Run ./t8s down first, or give the same one.');
    }
  }
}

async function preflight(settings: ClusterSettings, clock: Clock): Promise<void> {
  checkSettings(settings);
  const existing = await loadSettings(settings.name);
  if (existing) checkUnchanged(existing, settings);
  await ensureEngine(clock);
  // A cluster that stands is in the way of nothing but itself.
  if ((await clusterContainers(settings.name)).length === 0) await checkHost(settings);
}

/** Makes all that `docker compose up` needs: images, certificates, generated files. */
export async function prepare(settings: ClusterSettings, clock: Clock, progress: (what: string) => void): Promise<ClusterParts> {
  const [parts] = await Promise.all([ensureImages(progress), ensureCertificates(settings, clock)]);
  await writeComposeFiles(settings, parts);
  await saveSettings(settings);
  return parts;
}

async function apiReady(settings: ClusterSettings, clock: Clock): Promise<void> {
  const api = await AdminApi.of(settings);
  await waitUntil(clock, apiTimeoutMs, 'The apiserver', async () => {
    const answer = await api.request('GET', '/readyz');
    return answer.status === 200 ? true : `readyz answers ${answer.status}`;
  });
  await waitUntil(clock, apiTimeoutMs, 'The namespace kube-system', async () => {
    await api.get('/api/v1/namespaces/kube-system');
    return true;
  });
  api.close();
}

async function installDns(settings: ClusterSettings, parts: ClusterParts): Promise<void> {
  const addresses = clusterAddresses(settings);
  const api = await AdminApi.of(settings);
  await applyObjects(api, kubeDnsObjects({
    image: parts.dnsImage,
    clusterIP: addresses.clusterDns,
    grpcServer: `${addresses.apiserver}:6444`,
    upstream: settings.dnsUpstream,
  }));
  await replaceOldDnsPods(api, parts.dnsImage);
  api.close();
}

/** A ReplicationController leaves pods of its former template alone. */
async function replaceOldDnsPods(api: AdminApi, image: string): Promise<void> {
  const pods = '/api/v1/namespaces/kube-system/pods';
  const { items } = await api.get<{ items: { metadata: { name: string }; spec: { containers: { image: string }[] } }[] }>(`${pods}?labelSelector=k8s-app%3Dkube-dns`);
  const old = items.filter((pod) => pod.spec.containers[0]?.image !== image);
  for (const pod of old) await api.request('DELETE', `${pods}/${pod.metadata.name}`);
}

async function nodesReady(settings: ClusterSettings, clock: Clock, task: Task): Promise<void> {
  const api = await AdminApi.of(settings);
  await waitUntil(clock, nodesTimeoutMs, 'The nodes', async () => {
    const ready = (await nodeReadiness(api)).filter((node) => node.ready).map((node) => node.name);
    const missing = Array.from({ length: settings.workers }, (_, index) => workerName(index)).filter((name) => !ready.includes(name));
    const output = `${ready.length} of ${settings.workers} ready`;
    if (task.output !== output) task.output = output;
    return missing.length === 0 ? true : `not ready: ${missing.join(', ')}`;
  });
  api.close();
}

/** Asks through Docker, which is dear: so only when a pod is ready to answer. */
async function dnsAnswers(settings: ClusterSettings, clock: Clock): Promise<void> {
  const { clusterDns, kubernetesService } = clusterAddresses(settings);
  const api = await AdminApi.of(settings);
  await waitUntil(clock, dnsTimeoutMs, 'DNS', async () => ((await hasReadyEndpoint(api)) ? true : 'no pod of kube-dns is ready'));
  api.close();
  const workers = clusterAddresses(settings).workers.map((_, index) => workerName(index));
  await Promise.all(
    workers.map((worker) =>
      waitUntil(clock, dnsTimeoutMs, 'DNS', async () => {
        const found = await resolveInNode(`${settings.name}-${worker}`, clusterDns, 'kubernetes.default.svc.cluster.local');
        return found === kubernetesService ? true : `${worker} got "${found}"`;
      }),
    ),
  );
}

/** Starts the cluster, or brings one that exists to the wanted form. */
export async function up(settings: ClusterSettings, clock: Clock): Promise<void> {
  const started = clock.monotonic();
  const tasks = new Listr<Context>(
    [
      { title: 'Look at this machine', task: () => preflight(settings, clock) },
      {
        title: 'Images and certificates',
        task: async (context, task) => {
          context.parts = await prepare(settings, clock, (what) => (task.output = what));
        },
      },
      { title: 'Start the containers', task: () => compose(settings.name, ['up', '--detach', '--remove-orphans']).then(() => undefined) },
      { title: 'apiserver answers', task: () => apiReady(settings, clock) },
      { title: 'Install kube-dns', task: (context) => installDns(settings, context.parts) },
      { title: 'Nodes are ready', task: (_, task) => nodesReady(settings, clock, task) },
      { title: 'DNS answers on every node', task: () => dnsAnswers(settings, clock) },
      { title: 'Context for kubectl', task: () => mergeUserKubeconfig(settings) },
    ],
    { rendererOptions: { timer }, fallbackRendererOptions: { timer } },
  );
  await tasks.run({} as Context);
  console.log(`\nThe cluster "${settings.name}" is up (${((clock.monotonic() - started) / 1000).toFixed(1)} s). Try: kubectl get nodes`);
}
