import { defineKind, type KindDefinition } from '@typernetes/api';
import { nodeMetricsPrinter, podMetricsPrinter } from './printer';
import { nodeMetricsSchema, podMetricsSchema } from './schemas';
import type { NodeMetrics, PodMetrics } from './types';

const groupVersion = { group: 'metrics.k8s.io', version: 'v1beta1' };
const computed = { verbs: ['get', 'list'] as const, storagePath: null };

/** The group that metrics-server adds to other clusters: nothing of it is stored. */
export const metricsKinds: readonly KindDefinition[] = [
  defineKind<NodeMetrics>({ ...groupVersion, kind: 'NodeMetrics', resource: 'nodes', namespaced: false }, { ...computed, singular: '', definition: 'io.k8s.metrics.pkg.apis.metrics.v1beta1.NodeMetrics', printer: nodeMetricsPrinter, openApiSchema: nodeMetricsSchema }),
  defineKind<PodMetrics>({ ...groupVersion, kind: 'PodMetrics', resource: 'pods', namespaced: true }, { ...computed, singular: '', definition: 'io.k8s.metrics.pkg.apis.metrics.v1beta1.PodMetrics', printer: podMetricsPrinter, openApiSchema: podMetricsSchema }),
];
