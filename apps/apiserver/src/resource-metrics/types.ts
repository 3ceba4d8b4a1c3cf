import type { KubernetesObject } from '@typernetes/machinery';

/** metrics.k8s.io/v1beta1: amounts by resource. */
type Usage = Record<string, string>;

export interface NodeMetrics extends KubernetesObject {
  timestamp: string;
  window: string;
  usage: Usage;
}

export interface PodMetrics extends KubernetesObject {
  timestamp: string;
  window: string;
  containers: { name: string; usage: Usage }[];
}
