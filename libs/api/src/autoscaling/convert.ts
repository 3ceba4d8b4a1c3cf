import type { KubernetesObject } from '@typernetes/machinery';
import type { HorizontalPodAutoscaler, V2HorizontalPodAutoscaler, V2HorizontalPodAutoscalerSpec } from '../generated/types';

type V1 = KubernetesObject & HorizontalPodAutoscaler;
type V2 = KubernetesObject & V2HorizontalPodAutoscaler;
type Metrics = NonNullable<V2HorizontalPodAutoscalerSpec['metrics']>;

/** Where the older form keeps what it has no field for. */
const annotations = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
} as const;

const defaultUtilization = 80;

const cpuMetric = (averageUtilization: number): Metrics[number] => ({ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } });

function parsed<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    // A user may have written anything there.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** autoscaling/v1 as autoscaling/v2, which is what is stored. */
export function autoscalerToV2(object: V1): V2 {
  const kept = { ...object.metadata?.annotations };
  const take = <T>(name: keyof typeof annotations): T | undefined => {
    const value = parsed<T>(kept[annotations[name]]);
    delete kept[annotations[name]];
    return value;
  };
  const { targetCPUUtilizationPercentage, ...spec } = object.spec ?? { maxReplicas: 0, scaleTargetRef: { kind: '', name: '' } };
  const others = take<Metrics>('metrics') ?? [];
  const cpu = targetCPUUtilizationPercentage === undefined ? [] : [cpuMetric(targetCPUUtilizationPercentage)];
  const metrics = [...cpu, ...others];
  const behavior = take<V2HorizontalPodAutoscalerSpec['behavior']>('behavior');
  const [conditions, currentMetrics] = [take<NonNullable<V2['status']>['conditions']>('conditions'), take<NonNullable<V2['status']>['currentMetrics']>('currentMetrics')];
  const { currentCPUUtilizationPercentage: _current, ...status } = object.status ?? { currentReplicas: 0, desiredReplicas: 0 };
  const { annotations: _annotations, ...metadata } = object.metadata ?? {};
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(Object.keys(kept).length ? { annotations: kept } : {}) },
    spec: { ...spec, metrics: metrics.length ? metrics : [cpuMetric(defaultUtilization)], ...(behavior ? { behavior } : {}) },
    ...(object.status ? { status: { ...status, ...(conditions ? { conditions } : {}), ...(currentMetrics ? { currentMetrics } : {}) } } : {}),
  };
}

const isCpuUtilization = ({ type, resource }: Metrics[number]): boolean => type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;

/** autoscaling/v2 as autoscaling/v1: one CPU target has a field, everything else becomes annotations. */
export function autoscalerToV1(object: V2): V1 {
  const { metrics = [], behavior, ...spec } = object.spec ?? { maxReplicas: 0, scaleTargetRef: { kind: '', name: '' } };
  const { conditions, currentMetrics, ...status } = object.status ?? { currentReplicas: 0, desiredReplicas: 0 };
  const cpu = metrics.find(isCpuUtilization);
  const target = cpu?.resource?.target.averageUtilization;
  const current = currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current.averageUtilization;
  const rest = { metrics: metrics.filter((metric) => metric !== cpu), behavior, conditions, currentMetrics };
  const added = Object.entries(rest)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => [annotations[name as keyof typeof annotations], JSON.stringify(value)]);
  const all = { ...object.metadata?.annotations, ...Object.fromEntries(added) };
  const { status: _status, ...others } = object;
  return {
    ...others,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(all).length ? { annotations: all } : {}) },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    ...(object.status
      ? { status: { ...status, currentReplicas: status.currentReplicas ?? 0, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) } }
      : {}),
  };
}
