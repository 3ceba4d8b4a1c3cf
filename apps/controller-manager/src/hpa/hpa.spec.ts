import type { Pod, V2HorizontalPodAutoscaler, V2HorizontalPodAutoscalerBehavior, V2MetricSpec } from '@typernetes/api';
import { limitByBehavior, limitByDefault, newMemory, rememberChange, type Memory } from './behavior';
import { evaluateMetrics, type ScaleFacts } from './evaluate';
import type { MetricsSource } from './metrics-source';
import { averageReplicas, MetricError, sharedValueReplicas, utilizationReplicas, valueReplicas, type MetricInput, type PodMetrics } from './replica-math';

const nowMs = Date.UTC(2026, 0, 1, 12);
const tolerances = { up: 0.1, down: 0.1 };
const minutesAgo = (minutes: number): string => new Date(nowMs - minutes * 60_000).toISOString().replace('.000', '');

interface PodShape {
  phase?: string;
  ready?: string;
  startedMinutesAgo?: number;
  request?: string | null;
  going?: boolean;
}
const pod = (name: string, { phase = 'Running', ready = 'True', startedMinutesAgo = 60, request = '1', going }: PodShape = {}): Pod => ({
  metadata: { name, ...(going ? { deletionTimestamp: 'now' } : {}) },
  spec: { containers: [{ name: 'c', resources: request === null ? {} : { requests: { cpu: request } } }] },
  status: { phase, startTime: minutesAgo(startedMinutesAgo), conditions: [{ type: 'Ready', status: ready, lastTransitionTime: minutesAgo(startedMinutesAgo - 1) }] },
});
const metricsOf = (values: (number | undefined)[]): PodMetrics => new Map(values.flatMap((value, i) => (value === undefined ? [] : [[`p${i}`, { value, timestampMs: nowMs, windowMs: 30_000 }] as const])));
const input = (shapes: PodShape[], values: (number | undefined)[]): MetricInput => ({ current: shapes.length, pods: shapes.map((shape, i) => pod(`p${i}`, shape)), metrics: metricsOf(values), tolerances, nowMs });

describe('utilization', () => {
  const fresh: PodShape = { startedMinutesAgo: 0.4, ready: 'False' };
  test.each<[string, number, PodShape[], (number | undefined)[], number]>([
    ['twice the target: twice the pods', 50, [{}, {}, {}], [1000, 1000, 1000], 6],
    ['half of the target: half', 50, [{}, {}, {}, {}], [250, 250, 250, 250], 2],
    ['within the tolerance', 50, [{}, {}], [540, 540], 2],
    ['just beyond it', 50, [{}, {}, {}], [560, 560, 560], 4],
    ['a missing pod is taken to do nothing when scaling up', 30, [{}, {}, {}], [undefined, 1000, 1000], 7],
    ['and to do what it may when scaling down', 50, [{}, {}, {}], [100, 100, undefined], 3],
    ['a missing pod can hold a scale-down', 100, [{}, {}, {}, {}], [100, 100, 100, undefined], 2],
    ['starting pods count nothing when scaling up', 30, [{}, {}, fresh], [900, 900, 900], 6],
    ['starting pods are left out when scaling down', 50, [{}, {}, fresh], [100, 100, 900], 1],
    ['pending pods dampen', 50, [{}, { phase: 'Pending' }], [1000, undefined], 2],
    ['failed and going pods do not count', 50, [{}, { phase: 'Failed' }, { going: true }], [1000, 1000, 1000], 2],
  ])('%s', (_name, target, shapes, values, expected) => expect(utilizationReplicas(input(shapes, values), 'cpu', target).replicas).toBe(expected));
  test('figures', () => expect(utilizationReplicas(input([{}, { request: '500m' }], [500, 400]), 'cpu', 50)).toMatchObject({ utilization: 60, usage: 450 }));
  test('without requests', () => expect(() => utilizationReplicas(input([{ request: null }], [500]), 'cpu', 50)).toThrow('missing request for cpu in container c of Pod p0'));
  test('without figures', () => expect(() => utilizationReplicas(input([{}], [undefined]), 'cpu', 50)).toThrow('did not receive metrics for targeted pods (pods might be unready)'));
});

describe('averages and values', () => {
  test.each<[string, number, number]>([
    ['average above', averageReplicas(input([{}, {}], [3000, 5000]), 2000).replicas, 4],
    ['average below', averageReplicas(input([{}, {}, {}, {}], [1000, 1000, 1000, 1000]), 2000).replicas, 2],
    ['average within', averageReplicas(input([{}, {}], [2100, 2100]), 2000).replicas, 2],
    ['a value above', valueReplicas({ current: 2, pods: [pod('a'), pod('b')], tolerances, value: 30, target: 10 }).replicas, 6],
    ['a value within', valueReplicas({ current: 2, pods: [pod('a'), pod('b')], tolerances, value: 10.5, target: 10 }).replicas, 2],
    ['from zero', valueReplicas({ current: 0, pods: [], tolerances, value: 25, target: 10 }).replicas, 3],
    ['shared', sharedValueReplicas({ current: 2, statusReplicas: 2, tolerances, value: 95, target: 20 }).replicas, 5],
    ['shared within', sharedValueReplicas({ current: 2, statusReplicas: 2, tolerances, value: 41, target: 20 }).replicas, 2],
    ['no tolerance', averageReplicas({ ...input([{}, {}], [2100, 2100]), tolerances: { up: 0, down: 0 } }, 2000).replicas, 3],
  ])('%s', (_name, actual, expected) => expect(actual).toBe(expected));
});

describe('limits without rules', () => {
  const wish = (current: number, desired: number, min = 1, max = 100) => ({ current, desired, min, max, nowMs });
  const recent = (...replicas: number[]): Memory => ({ ...newMemory(), recommendations: replicas.map((each) => ({ atMs: nowMs - 60_000, replicas: each })) });
  test.each<[string, ReturnType<typeof wish>, Memory, number, string | undefined, string]>([
    ['as wished', wish(3, 5), newMemory(), 5, undefined, 'ReadyForNewScale'],
    ['at most double', wish(10, 50), newMemory(), 20, 'ScaleUpLimit', 'ReadyForNewScale'],
    ['or four', wish(1, 50), newMemory(), 4, 'ScaleUpLimit', 'ReadyForNewScale'],
    ['the maximum', wish(10, 50, 1, 15), newMemory(), 15, 'TooManyReplicas', 'ReadyForNewScale'],
    ['the minimum', wish(10, 1, 3), newMemory(), 3, 'TooFewReplicas', 'ReadyForNewScale'],
    ['waits before it goes down', wish(10, 2), recent(8), 8, undefined, 'ScaleDownStabilized'],
    ['old wishes are forgotten', wish(10, 2), { ...newMemory(), recommendations: [{ atMs: nowMs - 301_000, replicas: 8 }] }, 2, undefined, 'ReadyForNewScale'],
  ])('%s', (_name, given, memory, replicas, limited, able) => {
    const result = limitByDefault(given, memory);
    expect([result.replicas, result.limited?.reason, result.able.reason]).toEqual([replicas, limited, able]);
  });
});

describe('limits with rules', () => {
  const up = (policies: [string, number, number][], selectPolicy = 'Max', stabilizationWindowSeconds = 0): V2HorizontalPodAutoscalerBehavior => ({ scaleUp: { selectPolicy, stabilizationWindowSeconds, policies: policies.map(([type, value, periodSeconds]) => ({ type, value, periodSeconds })) } });
  const down = (policies: [string, number, number][], selectPolicy = 'Max', stabilizationWindowSeconds = 0): V2HorizontalPodAutoscalerBehavior => ({ scaleDown: up(policies, selectPolicy, stabilizationWindowSeconds).scaleUp });
  const at = (seconds: number, replicas: number) => ({ atMs: nowMs - seconds * 1000, replicas });
  test.each<[string, number, number, V2HorizontalPodAutoscalerBehavior, Partial<Memory>, number, string | undefined]>([
    ['pods per period', 10, 50, up([['Pods', 4, 60]]), {}, 14, 'ScaleUpLimit'],
    ['per cent per period', 10, 50, up([['Percent', 50, 60]]), {}, 15, 'ScaleUpLimit'],
    ['the larger of two', 10, 50, up([['Percent', 50, 60], ['Pods', 9, 60]]), {}, 19, 'ScaleUpLimit'],
    ['the smaller of two', 10, 50, up([['Percent', 50, 60], ['Pods', 9, 60]], 'Min'), {}, 15, 'ScaleUpLimit'],
    ['what came in the period counts', 10, 50, up([['Pods', 4, 60]]), { scaleUps: [at(30, 3)] }, 11, 'ScaleUpLimit'],
    ['what came before it does not', 10, 50, up([['Pods', 4, 60]]), { scaleUps: [at(90, 3)] }, 14, 'ScaleUpLimit'],
    ['never up', 10, 50, up([['Pods', 4, 60]], 'Disabled'), {}, 10, 'ScaleUpLimit'],
    ['the maximum', 95, 120, up([['Pods', 40, 60]]), {}, 100, 'TooManyReplicas'],
    ['waits before it goes up', 10, 50, up([['Pods', 90, 60]], 'Max', 120), { recommendations: [at(60, 12)] }, 12, undefined],
    ['down by pods', 10, 1, down([['Pods', 2, 60]]), {}, 8, 'ScaleDownLimit'],
    ['down by per cent', 10, 1, down([['Percent', 25, 60]]), {}, 7, 'ScaleDownLimit'],
    ['down by the slower', 10, 1, down([['Percent', 50, 60], ['Pods', 2, 60]], 'Min'), {}, 8, 'ScaleDownLimit'],
    ['what went in the period counts', 10, 1, down([['Pods', 4, 60]]), { scaleDowns: [at(30, 3)] }, 9, 'ScaleDownLimit'],
    ['never down', 10, 1, down([['Pods', 2, 60]], 'Disabled'), {}, 10, 'ScaleDownLimit'],
    ['the minimum', 3, 1, down([['Pods', 9, 60]]), {}, 2, 'TooFewReplicas'],
    ['waits five minutes by default', 10, 3, { scaleDown: { policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] } }, { recommendations: [at(200, 9)] }, 9, undefined],
  ])('%s', (_name, current, desired, behavior, memory, replicas, limited) => {
    const result = limitByBehavior({ current, desired, min: 2, max: 100, nowMs }, behavior, { ...newMemory(), ...memory });
    expect([result.replicas, result.limited?.reason]).toEqual([replicas, limited]);
  });
  test('changes are remembered as long as a policy looks back', () => {
    const memory = newMemory();
    const behavior = up([['Pods', 4, 60]]);
    rememberChange(memory, behavior, { from: 2, to: 5, nowMs: nowMs - 90_000 });
    rememberChange(memory, behavior, { from: 5, to: 9, nowMs: nowMs - 30_000 });
    rememberChange(memory, behavior, { from: 9, to: 8, nowMs });
    expect(memory).toMatchObject({ scaleUps: [{ replicas: 4 }], scaleDowns: [{ replicas: 1 }] });
  });
});

describe('several metrics', () => {
  const pods = [pod('p0'), pod('p1')];
  const facts: ScaleFacts = { namespace: 'ns', current: 2, statusReplicas: 2, selector: 'a=b', pods, tolerances, nowMs };
  const source = {
    usage: (_ns: string, _selector: string, resource: string) => (resource === 'cpu' ? Promise.resolve(metricsOf([1000, 1000])) : Promise.reject(new MetricError('no metrics returned from resource metrics API'))),
    podMetric: () => Promise.resolve(metricsOf([500, 500])),
    objectMetric: () => Promise.resolve(40_000),
    externalMetric: () => Promise.resolve(100_000),
  } as unknown as MetricsSource;
  const metric = {
    cpu: { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
    memory: { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
    pods: { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '1' } } },
    object: { type: 'Object', object: { metric: { name: 'hits' }, describedObject: { kind: 'Service', name: 's' }, target: { type: 'Value', value: '10' } } },
    external: { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } } },
    container: { type: 'ContainerResource', containerResource: { container: 'c', name: 'cpu', target: { type: 'AverageValue', averageValue: '500m' } } },
  } satisfies Record<string, V2MetricSpec>;
  const autoscaler = (...metrics: V2MetricSpec[]): V2HorizontalPodAutoscaler => ({ spec: { maxReplicas: 10, scaleTargetRef: { kind: 'Deployment', name: 'd' }, metrics } });
  test.each<[string, V2MetricSpec[], object]>([
    ['CPU', [metric.cpu], { ok: true, replicas: 4, metric: 'cpu resource utilization (percentage of request)', statuses: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 100, averageValue: '1' } } }] }],
    ['the largest wins', [metric.cpu, metric.object, metric.pods], { ok: true, replicas: 8, metric: 'Service metric hits' }],
    ['external', [metric.external], { ok: true, replicas: 10, metric: 'external metric queue', statuses: [{ external: { current: { averageValue: '50' } } }] }],
    ['one container', [metric.container], { ok: true, replicas: 4, metric: 'cpu container resource' }],
    ['pods', [metric.pods], { ok: true, replicas: 1, metric: 'pods metric rps' }],
    ['a missing one does not hold the way up', [metric.memory, metric.cpu], { ok: true, replicas: 4 }],
    [
      'but the way down',
      [metric.memory, metric.pods],
      { ok: false, reason: 'FailedGetResourceMetric', error: 'invalid metrics (1 invalid out of 2), first error is: failed to get memory usage: unable to get metrics for resource memory: no metrics returned from resource metrics API' },
    ],
    ['an unknown kind', [{ type: 'Magic' }], { ok: false, reason: 'InvalidMetricSourceType' }],
  ])('%s', async (_name, metrics, expected) => expect(await evaluateMetrics(autoscaler(...metrics), facts, source)).toMatchObject(expected));
});
