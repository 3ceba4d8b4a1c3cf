import type { Registry } from '@typernetes/component';
import { Gauge, Histogram } from '@typernetes/component';

/** Upstream's names; a series exists from the start. */
export class KubeletMetrics {
  readonly runningPods: Gauge;
  readonly runningContainers: Gauge<'container_state'>;
  /** From the pod's creation to the first report that it runs. */
  readonly podStartSeconds: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.runningPods = new Gauge({ name: 'kubelet_running_pods', help: 'Number of pods that have a running pod sandbox', registers });
    this.runningContainers = new Gauge({ name: 'kubelet_running_containers', help: 'Number of containers currently running', labelNames: ['container_state'], registers });
    this.podStartSeconds = new Histogram({
      name: 'kubelet_pod_start_duration_seconds',
      help: 'Duration in seconds from kubelet seeing a pod for the first time to the pod starting to run',
      buckets: [0.25, 0.5, 1, 2, 3, 4, 5, 10, 30, 60, 120, 300],
      registers,
    });
    for (const state of ['created', 'running', 'exited', 'unknown']) this.runningContainers.set({ container_state: state }, 0);
    this.runningPods.set(0);
  }
}
