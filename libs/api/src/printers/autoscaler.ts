import type { V2HorizontalPodAutoscaler, V2MetricSpec, V2MetricTarget } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, nameOf } from './cells';

const unknown = '<unknown>';
const metricsMax = 2;

interface Current {
  averageUtilization?: number;
  averageValue?: string;
  value?: string;
}

type Status = NonNullable<NonNullable<V2HorizontalPodAutoscaler['status']>['currentMetrics']>[number] | undefined;

export const autoscalerPrinter: TablePrinter<V2HorizontalPodAutoscaler> = {
  columns: columns('autoscaler', ['Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age']),
  row(autoscaler, nowMs) {
    const { spec, status } = autoscaler;
    return [
      nameOf(autoscaler),
      `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`,
      targetsText(autoscaler),
      String(spec?.minReplicas ?? '<unset>'),
      spec?.maxReplicas ?? 0,
      status?.currentReplicas ?? 0,
      age(autoscaler, nowMs),
    ];
  },
};

function targetsText({ spec, status }: V2HorizontalPodAutoscaler): string {
  const texts = (spec?.metrics ?? []).map((metric, i) => metricText(metric, status?.currentMetrics?.[i]));
  if (texts.length === 0) return '<none>';
  const shown = texts.slice(0, metricsMax).join(', ');
  return texts.length > metricsMax ? `${shown} + ${texts.length - metricsMax} more...` : shown;
}

function metricText(metric: V2MetricSpec, status: Status): string {
  switch (metric.type) {
    case 'Resource':
      return resourceText(metric.resource, status?.resource?.current);
    case 'ContainerResource':
      return resourceText(metric.containerResource, status?.containerResource?.current);
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? unknown}/${metric.pods?.target.averageValue}`;
    case 'Object':
      return valueText(metric.object?.target, status?.object?.current);
    case 'External':
      return valueText(metric.external?.target, status?.external?.current);
    default:
      return '<unknown type>';
  }
}

function resourceText(source: { name: string; target: V2MetricTarget } | undefined, current: Current | undefined): string {
  const { averageValue, averageUtilization } = source?.target ?? {};
  if (averageValue !== undefined) return `${source?.name}: ${current?.averageValue ?? unknown}/${averageValue}`;
  const used = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}%`;
  return `${source?.name}: ${used}/${averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`}`;
}

function valueText(target: V2MetricTarget | undefined, current: Current | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
  return `${current?.value ?? unknown}/${target?.value}`;
}
