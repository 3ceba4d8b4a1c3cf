import type { Clock } from '@typernetes/machinery';
import { AdminApi } from './api';
import { hasReadyEndpoint, resolveInNode } from './dns-query';
import { nodeReadiness, startTimes } from './nodes';
import { clusterAddresses, workerName, type ClusterSettings } from './settings';
import { waitUntil } from './wait';

/** Ten times what a quiet machine needs, and more: a machine that is slow, or busy with something else, is no failure. */
const timeoutMs = 240_000;

const workerNames = (settings: ClusterSettings): string[] => Array.from({ length: settings.workers }, (_, index) => workerName(index));

/** Names of the checks that an answer of readyz calls failed: lines such as `[-]etcd failed: reason withheld`. */
export const failedChecks = (readyz: string): string[] => [...readyz.matchAll(/^\[-\](\S+) failed/gm)].map(([, name = '']) => name);

/** Does something with the API. */
export async function withApi<T>(settings: ClusterSettings, action: (api: AdminApi) => Promise<T>): Promise<T> {
  const api = await AdminApi.of(settings);
  try {
    return await action(api);
  } finally {
    api.close();
  }
}

/** Waits until the apiserver is ready and has made what every cluster has. @throws Problem when it takes too long */
export function apiReady(settings: ClusterSettings, clock: Clock): Promise<void> {
  return withApi(settings, async (api) => {
    await waitUntil(clock, timeoutMs, 'The apiserver', async () => {
      const answer = await api.request('GET', '/readyz');
      return answer.status === 200 ? true : `not ready: ${failedChecks(answer.body).join(', ') || `code ${answer.status}`}`;
    });
    await waitUntil(clock, timeoutMs, 'The namespace kube-system', async () => {
      await api.get('/api/v1/namespaces/kube-system');
      return true;
    });
  });
}

/** Waits until every worker has said that it is ready since its container started. @throws Problem when it takes too long */
export async function nodesReady(settings: ClusterSettings, clock: Clock, progress: (what: string) => void): Promise<void> {
  const started = await startTimes(settings.name);
  await withApi(settings, (api) =>
    waitUntil(clock, timeoutMs, 'The nodes', async () => {
      const ready = (await nodeReadiness(api, started)).filter((node) => node.ready).map((node) => node.name);
      const missing = workerNames(settings).filter((name) => !ready.includes(name));
      progress(`${settings.workers - missing.length} of ${settings.workers} ready`);
      return missing.length === 0 ? true : `not ready: ${missing.join(', ')}`;
    }),
  );
}

/** Waits until every node gets answers of kube-dns. Asking costs a process in the node: so only when a pod can answer. @throws Problem when it takes too long */
export async function dnsAnswers(settings: ClusterSettings, clock: Clock): Promise<void> {
  const { clusterDns, kubernetesService } = clusterAddresses(settings);
  await withApi(settings, (api) => waitUntil(clock, timeoutMs, 'DNS', async () => ((await hasReadyEndpoint(api)) ? true : 'no pod of kube-dns is ready')));
  const ask = (worker: string): Promise<void> =>
    waitUntil(clock, timeoutMs, 'DNS', async () => {
      const found = await resolveInNode(`${settings.name}-${worker}`, clusterDns, 'kubernetes.default.svc.cluster.local');
      return found === kubernetesService ? true : `${worker} got "${found}"`;
    });
  await Promise.all(workerNames(settings).map(ask));
}
