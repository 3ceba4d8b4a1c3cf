import type { AdminApi } from '../cluster/api';
import { clusterAddresses, type ClusterSettings } from '../cluster/settings';
import { applyObjects } from './apply';
import { kubeDnsObjects } from './kube-dns';

interface DnsPod {
  metadata: { name: string };
  spec: { containers: { image: string; args?: string[] }[] };
}

interface DnsController {
  spec: { template: { spec: DnsPod['spec'] } };
}

const namespace = '/api/v1/namespaces/kube-system';
const lookOf = ({ containers: [container] }: DnsPod['spec']): string => JSON.stringify([container?.image, container?.args]);

/** Names of the pods that do not look like the template: a ReplicationController leaves those of its former one alone. */
export function formerPods(pods: readonly DnsPod[], controller: DnsController): string[] {
  return pods.filter((pod) => lookOf(pod.spec) !== lookOf(controller.spec.template.spec)).map((pod) => pod.metadata.name);
}

/** Creates kube-dns, or brings it to the wanted image and settings. */
export async function installDns(api: AdminApi, settings: ClusterSettings, image: string): Promise<void> {
  const { clusterDns, apiserver } = clusterAddresses(settings);
  await applyObjects(api, kubeDnsObjects({ image, clusterIP: clusterDns, grpcServer: `${apiserver}:6444`, upstream: settings.dnsUpstream }));
  const [{ items }, controller] = await Promise.all([
    api.get<{ items: DnsPod[] }>(`${namespace}/pods?labelSelector=k8s-app%3Dkube-dns`),
    api.get<DnsController>(`${namespace}/replicationcontrollers/kube-dns`),
  ]);
  await Promise.all(formerPods(items, controller).map((name) => api.request('DELETE', `${namespace}/pods/${name}`)));
}
