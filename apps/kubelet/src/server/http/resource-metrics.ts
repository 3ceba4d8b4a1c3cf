/** What is read of the Summary API (stats/v1alpha1). */
export interface Summary {
  node: { cpu?: CpuStats; memory?: MemoryStats };
  pods: { podRef: { name?: string; namespace?: string }; cpu?: CpuStats; memory?: MemoryStats; containers: { name?: string; cpu?: CpuStats; memory?: MemoryStats }[] }[];
}

interface CpuStats {
  time: string;
  usageCoreNanoSeconds?: number;
}

interface MemoryStats {
  time: string;
  workingSetBytes?: number;
}

interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
  time: string;
}

const help = {
  container_cpu_usage_seconds_total: '[STABLE] Cumulative cpu time consumed by the container in core-seconds',
  container_memory_working_set_bytes: '[STABLE] Current working set of the container in bytes',
  node_cpu_usage_seconds_total: '[STABLE] Cumulative cpu time consumed by the node in core-seconds',
  node_memory_working_set_bytes: '[STABLE] Current working set of the node in bytes',
  pod_cpu_usage_seconds_total: '[STABLE] Cumulative cpu time consumed by the pod in core-seconds',
  pod_memory_working_set_bytes: '[STABLE] Current working set of the pod in bytes',
} as const;

type Subject = 'container' | 'node' | 'pod';

function samplesOf(labels: Sample['labels'], { cpu, memory }: { cpu?: CpuStats; memory?: MemoryStats }): { cpu?: Sample; memory?: Sample } {
  return {
    ...(cpu?.usageCoreNanoSeconds === undefined ? {} : { cpu: { labels, value: cpu.usageCoreNanoSeconds / 1e9, time: cpu.time } }),
    ...(memory?.workingSetBytes === undefined ? {} : { memory: { labels, value: memory.workingSetBytes, time: memory.time } }),
  };
}

const line = (name: string, { labels, value, time }: Sample): string => {
  const text = Object.entries(labels).map(([key, label]) => `${key}=${JSON.stringify(label)}`).join(',');
  return `${name}${text ? `{${text}}` : ''} ${value} ${Date.parse(time)}\n`;
};

function family(subject: Subject, samples: readonly { cpu?: Sample; memory?: Sample }[]): string {
  const cpu = `${subject}_cpu_usage_seconds_total` as const;
  const memory = `${subject}_memory_working_set_bytes` as const;
  const head = (name: keyof typeof help, type: string): string => `# HELP ${name} ${help[name]}\n# TYPE ${name} ${type}\n`;
  return [
    head(cpu, 'counter'),
    ...samples.flatMap((each) => (each.cpu ? [line(cpu, each.cpu)] : [])),
    head(memory, 'gauge'),
    ...samples.flatMap((each) => (each.memory ? [line(memory, each.memory)] : [])),
  ].join('');
}

/** `/metrics/resource` (KEP-727), which metrics-server reads, in the text format of Prometheus. */
export function resourceMetrics({ node, pods }: Summary): string {
  const podLabels = ({ podRef: { name: pod = '', namespace = '' } }: Summary['pods'][number]): Record<string, string> => ({ namespace, pod });
  const containers = pods.flatMap((pod) => pod.containers.map((container) => samplesOf({ container: container.name ?? '', ...podLabels(pod) }, container)));
  return [
    family('container', containers),
    family('node', [samplesOf({}, node)]),
    family('pod', pods.map((pod) => samplesOf(podLabels(pod), pod))),
    '# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise\n# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n',
  ].join('');
}
