/** The pods of the benchmark live there; nobody schedules them. */
export const namespace = 't8s-bench';
export const podsPath = `/api/v1/namespaces/${namespace}/pods`;

export const podName = (index: number): string => `pod-${String(index).padStart(6, '0')}`;

/** One pod in a hundred has it. */
export const rareLabel = 'bench=rare';

/**
 * A pod as a Deployment makes them, about 2 KB as sent: environment, probes, resources, a volume. It names a scheduler
 * that does not exist, so it stays as it is.
 */
export function benchPod(index: number): object {
  const environment = Array.from({ length: 12 }, (_, i) => ({ name: `SETTING_${i}`, value: `value-${i}-of-pod-${index}` }));
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(index),
      labels: { app: 'bench', bench: index % 100 === 0 ? 'rare' : 'common', shard: String(index % 10), 'pod-template-hash': '5d59d67564' },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080', description: 'x'.repeat(400) },
    },
    spec: {
      schedulerName: 'nobody',
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'app',
          image: 'registry.example.com/bench/app:1.2.3',
          env: environment,
          ports: [{ containerPort: 8080, name: 'http' }],
          readinessProbe: probe,
          livenessProbe: probe,
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '500m', memory: '256Mi' } },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  };
}

/** What a kubelet writes when a pod runs. */
export function benchStatus(index: number, turn: number): object {
  const now = `2026-01-01T00:00:${String(turn % 60).padStart(2, '0')}Z`;
  return {
    status: {
      phase: 'Running',
      podIP: `10.244.${(index >> 8) & 255}.${index & 255}`,
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({ type, status: turn % 2 === 0 ? 'True' : 'False', lastTransitionTime: now })),
      containerStatuses: [
        { name: 'app', ready: turn % 2 === 0, restartCount: turn, image: 'registry.example.com/bench/app:1.2.3', imageID: 'sha256:0', containerID: 'docker://0', state: { running: { startedAt: now } } },
      ],
    },
  };
}
