import { Metadata } from '@grpc/grpc-js';
import { resources, type Node } from '@typernetes/api';
import type { Clock, KubernetesObject } from '@typernetes/machinery';
import type { ComputedKind } from '../pipeline/computed-kind';
import type { ObjectReader } from '../pipeline/object-reader';
import type { Kubelets } from '../streaming/kubelets';
import type { NodeMetrics, PodMetrics } from './types';
import { Scraper } from './scraper';
import { nodeUsage, podUsages, type Summary } from './usage';

/** A kubelet that takes longer has no figures this time. */
const readTimeoutMs = 5_000;

function summaryOf(kubelets: Kubelets, node: Node, clock: Clock): Promise<Summary> {
  return new Promise((resolve, reject) => {
    const client = kubelets.client(node);
    client.stats({ node: node.metadata?.name ?? '' }, new Metadata(), { deadline: clock.now() + readTimeoutMs }, (error, reply) => {
      if (error) reject(error);
      else resolve(JSON.parse(reply.data.toString()) as Summary);
    });
  });
}

const apiVersion = 'metrics.k8s.io/v1beta1';

/** The kinds of metrics.k8s.io, from what kubelets say when somebody asks. */
export function resourceMetrics({ objects, kubelets, clock }: { objects: ObjectReader; kubelets: Kubelets; clock: Clock }): Readonly<Record<string, ComputedKind>> {
  const scraper = new Scraper({ nodes: () => objects.list(resources.nodes), read: (node) => Promise.resolve().then(() => summaryOf(kubelets, node, clock)), clock });
  const nodeMetrics = async (): Promise<NodeMetrics[]> => {
    await scraper.ready();
    return objects.list(resources.nodes).flatMap(({ metadata }) => {
      const scrape = scraper.of(metadata?.name ?? '');
      const used = scrape && nodeUsage(scrape.current, scrape.previous);
      return used ? [{ apiVersion, kind: 'NodeMetrics', metadata: headerOf({ metadata }, used.timestamp), ...used }] : [];
    });
  };
  const podMetrics = async (namespace: string): Promise<PodMetrics[]> => {
    await scraper.ready();
    return objects.list(resources.nodes).flatMap(({ metadata: node }) => {
      const scrape = scraper.of(node?.name ?? '');
      return scrape ? podUsages(scrape.current, scrape.previous).flatMap((used) => metricsOfPod(objects, namespace, used)) : [];
    });
  };
  return {
    'nodes.metrics.k8s.io': { list: nodeMetrics },
    'pods.metrics.k8s.io': { list: podMetrics },
  };
}

function headerOf({ metadata }: KubernetesObject, timestamp: string): KubernetesObject['metadata'] {
  const { name, namespace, labels } = metadata ?? {};
  return { name, ...(namespace ? { namespace } : {}), ...(labels ? { labels } : {}), creationTimestamp: timestamp };
}

/** Only of a pod that is still there: the runtime may know of more. */
function metricsOfPod(objects: ObjectReader, wanted: string, { namespace, name, uid, ...used }: ReturnType<typeof podUsages>[number]): PodMetrics[] {
  if (wanted && wanted !== namespace) return [];
  const pod = objects.get(resources.pods, name, namespace);
  if (pod?.metadata?.uid !== uid || pod.status?.phase !== 'Running') return [];
  return [{ apiVersion, kind: 'PodMetrics', metadata: headerOf(pod, used.timestamp), ...used }];
}
