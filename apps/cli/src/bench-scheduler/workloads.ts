/** Everything of the benchmark lies in a namespace of its own, and its nodes have this label. */
export const namespace = 't8s-bench-scheduler';
export const nodeLabel = 'bench.typernetes.io/node';
export const workloadNames = ['plain', 'anti-affinity', 'spread'] as const;
export type WorkloadName = (typeof workloadNames)[number];

const zones = 3;
const hostname = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';

/** A node as the field's scheduler benchmarks use: 4 cores, 32 GiB, 110 pods, one of three zones. It is ready, though nothing runs on it. */
export function benchNode(index: number): object {
  const name = `bench-node-${String(index).padStart(5, '0')}`;
  const amounts = { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [hostname]: name, [zone]: `zone-${index % zones}`, [nodeLabel]: 'true' } },
    status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True', reason: 'Benchmark', message: 'an object without a machine' }] },
  };
}

/** A pod of 0.1 core and 500 MB. `nodes`: of pods that keep away from each other no more than half as many belong together. */
export function benchPod(index: number, workload: WorkloadName, nodes: number): object {
  const group = workload === 'anti-affinity' ? Math.floor(index / Math.max(1, Math.floor(nodes / 2))) : 0;
  const labels = { app: 'bench', group: String(group) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${String(index).padStart(6, '0')}`, labels },
    spec: {
      automountServiceAccountToken: false,
      // Nodes without a kubelet are not ready for long where a controller watches over them.
      tolerations: ['not-ready', 'unreachable'].map((state) => ({ key: `node.kubernetes.io/${state}`, operator: 'Exists' })),
      containers: [{ name: 'app', image: 'registry.example.com/bench/app:1.2.3', resources: { requests: { cpu: '100m', memory: '500M' } } }],
      ...placementRules(workload, labels),
    },
  };
}

function placementRules(workload: WorkloadName, labels: Record<string, string>): object {
  const labelSelector = { matchLabels: labels };
  switch (workload) {
    case 'plain':
      return {};
    case 'anti-affinity':
      return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: hostname, labelSelector }] } } };
    case 'spread':
      return { topologySpreadConstraints: [{ topologyKey: zone, maxSkew: 5, whenUnsatisfiable: 'DoNotSchedule', labelSelector }] };
  }
}
