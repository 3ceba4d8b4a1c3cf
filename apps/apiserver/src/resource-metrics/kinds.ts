import { defineKind, type KindDefinition } from '@typernetes/api';
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

const groupVersion = { group: 'metrics.k8s.io', version: 'v1beta1' };
const computed = { verbs: ['get', 'list'] as const, storagePath: null };

/** The group that metrics-server adds to other clusters: nothing of it is stored. */
export const metricsKinds: readonly KindDefinition[] = [
  defineKind<NodeMetrics>({ ...groupVersion, kind: 'NodeMetrics', resource: 'nodes', namespaced: false }, { ...computed, singular: '', definition: 'io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics' }),
  defineKind<PodMetrics>({ ...groupVersion, kind: 'PodMetrics', resource: 'pods', namespaced: true }, { ...computed, singular: '', definition: 'io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics' }),
];
