import type { ResourceType } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { parseDuration, parseTime, quantityToNumber, selectorFromObject, type KubernetesObject, type LabelSelectorObject } from '@typernetes/machinery';
import { MetricError, type PodMetrics } from './replica-math';

/** metrics.k8s.io/v1beta1 PodMetrics. */
interface PodUsage extends KubernetesObject {
  timestamp: string;
  window: string;
  containers: { name: string; usage: Record<string, string> }[];
}

/** custom.metrics.k8s.io and external.metrics.k8s.io: lists of values. */
interface MetricValues extends KubernetesObject {
  items?: { describedObject?: { name?: string }; value: string; timestamp?: string; windowSeconds?: number }[];
}

interface MetricIdentifier {
  name: string;
  selector?: LabelSelectorObject;
}

const podUsage: ResourceType<PodUsage> = { group: 'metrics.k8s.io', version: 'v1beta1', kind: 'PodMetrics', resource: 'pods', namespaced: true };
const custom = (resource: string): ResourceType<MetricValues> => ({ group: 'custom.metrics.k8s.io', version: 'v1beta2', kind: 'MetricValueList', resource, namespaced: true });
const external = (resource: string): ResourceType<MetricValues> => ({ group: 'external.metrics.k8s.io', version: 'v1beta1', kind: 'ExternalMetricValueList', resource, namespaced: true });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const defaultWindowMs = 60_000;

/** Go writes whole durations like `30s` and `1m0s`, and fractions like `10.062s`. */
function windowMs(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    return defaultWindowMs;
  }
}

/** Figures for autoscalers. Values are thousandths. Every method throws a MetricError that says what is missing. */
export class MetricsSource {
  constructor(private readonly client: ApiClient) {}

  /** What each pod uses: of one container, or of all together. */
  async usage(namespace: string, labelSelector: string, resource: string, container?: string): Promise<PodMetrics> {
    const { items } = await this.ask('resource', () => this.client.resource(podUsage).list({ namespace, labelSelector }));
    if (items.length === 0) throw new MetricError('no metrics returned from resource metrics API');
    const metrics = new Map<string, { value: number; timestampMs: number; windowMs: number }>();
    for (const { metadata, timestamp, window, containers } of items) {
      const counted = containers.filter(({ name }) => container === undefined || name === container);
      const isComplete = counted.length > 0 && counted.every(({ usage }) => usage[resource] !== undefined);
      if (!isComplete) continue;
      const value = counted.reduce((sum, { usage }) => sum + quantityToNumber(usage[resource] ?? '0', 'milli'), 0);
      metrics.set(metadata?.name ?? '', { value, timestampMs: parseTime(timestamp) ?? 0, windowMs: windowMs(window) });
    }
    if (metrics.size === 0 && container !== undefined) throw new MetricError(`container ${container} not present in metrics for any of the pods`);
    return metrics;
  }

  async podMetric(namespace: string, labelSelector: string, { name }: MetricIdentifier): Promise<PodMetrics> {
    // The custom API takes the pods' selector as a label selector of the request, which lists have and reads have not.
    const { items = [] } = await this.ask('custom', () => this.client.resource(custom(`pods/*/${name}`)).list({ namespace, labelSelector }) as Promise<MetricValues>);
    if (items.length === 0) throw new MetricError('no metrics returned from custom metrics API');
    return new Map(
      items.map(({ describedObject, value, timestamp = '', windowSeconds }) => [
        describedObject?.name ?? '',
        { value: quantityToNumber(value, 'milli'), timestampMs: parseTime(timestamp) ?? 0, windowMs: (windowSeconds ?? 60) * 1000 },
      ]),
    );
  }

  async objectMetric(namespace: string, { resource, name }: { resource: string; name: string }, metric: MetricIdentifier): Promise<number> {
    const { items = [] } = await this.ask('custom', () => this.client.resource(custom(resource)).get(name, { namespace, subresource: metric.name }));
    const [first] = items;
    if (!first) throw new MetricError('no metrics returned from custom metrics API');
    return quantityToNumber(first.value, 'milli');
  }

  /** The sum of all series that the selector finds. */
  async externalMetric(namespace: string, { name, selector }: MetricIdentifier): Promise<number> {
    const labelSelector = selector ? selectorFromObject(selector).toString() : '';
    const { items = [] } = await this.ask('external', () => this.client.resource(external(name)).list({ namespace, labelSelector }) as Promise<MetricValues>);
    if (items.length === 0) throw new MetricError('no metrics returned from external metrics API');
    return items.reduce((sum, { value }) => sum + quantityToNumber(value, 'milli'), 0);
  }

  private async ask<T>(api: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw new MetricError(`unable to fetch metrics from ${api} metrics API: ${messageOf(error)}`, { cause: error });
    }
  }
}
