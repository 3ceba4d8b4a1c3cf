import { guardsOf } from './access';
import { resourceMetrics } from './resource-metrics';

describe('guardsOf', () => {
  it.each([
    ['/stats/summary', ['stats']],
    ['/metrics', ['metrics']],
    ['/metrics/resource', ['metrics']],
    ['/logs/', ['log']],
    ['/healthz', ['healthz', 'proxy']],
    ['/configz', ['configz', 'proxy']],
    ['/pods', ['pods', 'proxy']],
    ['/', ['proxy']],
    ['/exec/ns/pod/container', ['proxy']],
  ])('%s', (path, expected) => {
    expect(guardsOf(path)).toEqual(expected);
  });
});

describe('resourceMetrics', () => {
  const time = '2026-01-02T03:04:05Z';
  const text = resourceMetrics({
    node: { cpu: { time, usageCoreNanoSeconds: 2_500_000_000 }, memory: { time, workingSetBytes: 1024 } },
    pods: [{ podRef: { name: 'web', namespace: 'default' }, cpu: { time, usageCoreNanoSeconds: 1e9 }, containers: [{ name: 'main', memory: { time, workingSetBytes: 7 } }] }],
  });

  it('has a sample with its time for what is known', () => {
    const at = Date.parse(time);
    expect(text.split('\n').filter((line) => line && !line.startsWith('#'))).toEqual([
      `container_memory_working_set_bytes{container="main",namespace="default",pod="web"} 7 ${at}`,
      `node_cpu_usage_seconds_total 2.5 ${at}`,
      `node_memory_working_set_bytes 1024 ${at}`,
      `pod_cpu_usage_seconds_total{namespace="default",pod="web"} 1 ${at}`,
      'resource_scrape_error 0',
    ]);
  });

  it('says what each figure is', () => {
    expect(text).toContain('# HELP pod_memory_working_set_bytes [STABLE] Current working set of the pod in bytes\n# TYPE pod_memory_working_set_bytes gauge\n');
    expect(text).toContain('# TYPE node_cpu_usage_seconds_total counter\n');
  });
});
