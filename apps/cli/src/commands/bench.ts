import type { Clock } from '@typernetes/machinery';
import { AdminApi } from '../cluster/api';
import { clusterContainers, isWorker, type ClusterContainer } from '../cluster/nodes';
import { addressAt } from '../cluster/cidr';
import { requireSettings } from '../cluster/state';
import { docker } from '../docker/docker';
import { pauseImage } from '../images/catalogue';

const rounds = 20;
const pollMs = 10;
/** Services of the measurement get addresses from here on, far from the ones that are given in turn. */
const firstServiceOffset = 60_000;
const pods = '/api/v1/namespaces/default/pods';
const services = '/api/v1/namespaces/default/services';

/** The value below which `share` of all values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const report = (what: string, values: readonly number[]): void =>
  console.log(`${what.padEnd(40)} p50 ${percentile(values, 0.5).toFixed(0)} ms, p90 ${percentile(values, 0.9).toFixed(0)} ms (${values.length} times)`);

/** From the call that creates a pod to the answer that it runs; its image is on every node. */
async function createToRunning(api: AdminApi, clock: Clock): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const name = `bench-${round}`;
    const started = clock.monotonic();
    const spec = { terminationGracePeriodSeconds: 0, containers: [{ name: 'pause', image: pauseImage.reference, imagePullPolicy: 'IfNotPresent' }] };
    await api.request('POST', pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
    while ((await api.get<{ status: { phase: string } }>(`${pods}/${name}`)).status.phase !== 'Running') await clock.sleep(pollMs);
    times.push(clock.monotonic() - started);
    await api.request('DELETE', `${pods}/${name}`);
  }
  return times;
}

/** From the acknowledged creation of a Service to the moment its address is in a node's kernel. */
async function serviceToRules(api: AdminApi, worker: ClusterContainer, serviceCidr: string, clock: Clock): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const name = `bench-${round}`;
    const clusterIP = addressAt(serviceCidr, firstServiceOffset + round);
    // The node shares our clock: it is a container on the same kernel.
    const seen = docker(['exec', worker.name, 'sh', '-c', `until nft list set ip kube-proxy cluster-ips | grep -qw ${clusterIP}; do :; done; date +%s%3N`]);
    await clock.sleep(300);
    await api.request('POST', services, { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { clusterIP, ports: [{ port: 80 }] } });
    const created = clock.now();
    times.push(Math.max(0, Number(await seen) - created));
    await api.request('DELETE', `${services}/${name}`);
  }
  return times;
}

/** Resident memory of one process in MiB: all of it, and with shared pages divided among those who share them. */
async function memoryOf(container: string, pid: string): Promise<{ rss: number; pss: number }> {
  const text = await docker(['exec', container, 'sh', '-c', `cat /proc/${pid}/smaps_rollup`]);
  const of = (key: string): number => Number(new RegExp(`^${key}: +(\\d+)`, 'm').exec(text)?.[1]) / 1024;
  return { rss: of('Rss'), pss: of('Pss') };
}

async function reportMemory(containers: readonly ClusterContainer[]): Promise<void> {
  const line = (name: string, { rss, pss }: { rss: number; pss: number }): void => console.log(`${name.padEnd(40)} RSS ${rss.toFixed(0)} MiB, PSS ${pss.toFixed(0)} MiB`);
  for (const container of containers) {
    if (!isWorker(container)) {
      line(container.service, await memoryOf(container.name, '1'));
      continue;
    }
    for (const process of ['kubelet', 'cri-docker', 'proxy']) {
      const pid = (await docker(['exec', container.name, 'cat', `/run/t8s-${process}.pid`])).trim();
      line(`${container.service} ${process}`, await memoryOf(container.name, pid));
    }
  }
}

/** Measures a running cluster and prints the figures of docs/benchmarks.md. */
export async function bench(cluster: string, clock: Clock): Promise<void> {
  const settings = await requireSettings(cluster);
  const containers = await clusterContainers(cluster);
  await reportMemory(containers);
  const api = await AdminApi.of(settings);
  report('create to Running of a pod', await createToRunning(api, clock));
  const worker = containers.find(isWorker);
  if (worker) report('Service created to rule in the kernel', await serviceToRules(api, worker, settings.serviceCidr, clock));
  api.close();
}
