import type { Pod, PodCondition } from '@typernetes/api';
import { containersOf, initContainersOf } from '../pod-kind';
import type { Allocation } from './allocation';
import { allocatedPod, containersToRestart, initialAllocation, isResized } from './allocation';
import type { Feasibility } from './feasibility';
import { feasibility } from './feasibility';

export interface ResizeNote {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** The node, and who else is on it. */
export interface Room {
  others: readonly Pod[];
  allocatable: Readonly<Record<string, string>>;
}

/** Upstream's way to say what a resize was about. */
function resizeText(title: string, pod: Pod, error?: string): string {
  const list = (containers: { name: string; resources?: object }[]): object[] => containers.map(({ name, resources }) => ({ name, resources: resources ?? {} }));
  const init = initContainersOf(pod);
  const details = { ...(init.length > 0 ? { initContainers: list(init) } : {}), containers: list(containersOf(pod)), generation: pod.metadata?.generation ?? 0, ...(error ? { error } : {}) };
  return `${title}: ${JSON.stringify(details)}`;
}

/**
 * The resize of one pod without a new pod (KEP-1287): what is wanted by the spec is promised when the node has room, and
 * what is promised is then brought about in the running containers.
 */
export class PodResize {
  private allocation: Allocation;
  private pending: Exclude<Feasibility, { kind: 'granted' }> | undefined;
  private inProgress: { error?: string } | undefined;
  /** Ids of runs that must end for the new amounts to hold. */
  private readonly restarts = new Set<string>();

  constructor(pod: Pod) {
    this.allocation = initialAllocation(pod);
  }

  /** The pod as the node has promised it to be. */
  allocated(pod: Pod): Pod {
    return allocatedPod(pod, this.allocation);
  }

  get isPending(): boolean {
    return this.pending !== undefined;
  }

  mustRestart(containerId: string): boolean {
    return this.restarts.has(containerId);
  }

  /** Looks at the pod's wish and promises it when that is possible. `idOf`: the current run of a container. */
  decide(pod: Pod, roomOf: () => Room, idOf: (name: string) => string | undefined): ResizeNote[] {
    if (!isResized(pod, this.allocation)) {
      this.pending = undefined;
      return [];
    }
    const { others, allocatable } = roomOf();
    const outcome = feasibility(pod, others, allocatable);
    if (outcome.kind !== 'granted') {
      const before = this.pending;
      this.pending = outcome;
      if (before?.kind === outcome.kind && before.message === outcome.message) return [];
      return [{ type: 'Warning', reason: `Resize${outcome.kind}`, message: resizeText(`Pod resize ${outcome.kind}`, pod, outcome.message) }];
    }
    for (const name of containersToRestart(pod, this.allocation)) {
      const id = idOf(name);
      if (id) this.restarts.add(id);
    }
    this.allocation = new Map([...containersOf(pod), ...initContainersOf(pod)].filter(({ name }) => this.allocation.has(name)).map(({ name, resources = {} }) => [name, resources]));
    this.pending = undefined;
    this.inProgress = {};
    return [{ type: 'Normal', reason: 'ResizeStarted', message: resizeText('Pod resize started', pod) }];
  }

  /** Something could not be brought about; it will be tried again. */
  failed(pod: Pod, error: string): ResizeNote[] {
    const isKnown = this.inProgress?.error === error;
    this.inProgress = { error };
    return isKnown ? [] : [{ type: 'Warning', reason: 'ResizeError', message: resizeText('Pod resize error', this.allocated(pod), error) }];
  }

  /** All running containers are as promised. */
  completed(pod: Pod): ResizeNote[] {
    if (!this.inProgress) return [];
    this.inProgress = undefined;
    this.restarts.clear();
    return [{ type: 'Normal', reason: 'ResizeCompleted', message: resizeText('Pod resize completed', this.allocated(pod)) }];
  }

  /** For the pod's status; times are the caller's. */
  conditions(): Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>[] {
    const { pending, inProgress } = this;
    return [
      ...(pending ? [{ type: 'PodResizePending', status: 'True' as const, reason: pending.kind, message: pending.message }] : []),
      ...(inProgress ? [{ type: 'PodResizeInProgress', status: 'True' as const, ...(inProgress.error ? { reason: 'Error', message: inProgress.error } : {}) }] : []),
    ];
  }
}
