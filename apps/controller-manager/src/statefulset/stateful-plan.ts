import type { Pod, StatefulSet } from '@typernetes/api';
import { isPodActive, isPodAvailable, isPodReady, isPodTerminal, isPodTerminating } from '@typernetes/machinery';
import { scaledValue } from '../int-or-percent';
import { isInRange, ordinalOf, replicasOf, revisionOf, startOf } from './stateful-pod';

/** What a StatefulSet looks like from outside: everything that decisions depend on. */
export interface StatefulView {
  set: StatefulSet;
  /** The pods that are the set's. */
  pods: readonly Pod[];
  /** Name of the revision that pods below the partition have, and of the one that pods are brought to. */
  currentRevision: string;
  updateRevision: string;
  nowMs: number;
}

export type StatefulStep =
  | { do: 'create'; ordinal: number; revision: string }
  /** It ended: a new one takes its place when it is gone. */
  | { do: 'recreate'; pod: Pod; phase: 'Failed' | 'Succeeded' }
  /** See to it that its labels, claims and their owners are as they should be. */
  | { do: 'keep'; pod: Pod }
  | { do: 'delete'; pod: Pod };

const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod);

/** Pods by ordinal, those of the set first, and those beyond its size, highest first. */
function arrange({ set, pods }: StatefulView): { replicas: Map<number, Pod>; condemned: Pod[] } {
  const replicas = new Map<number, Pod>();
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (isInRange(set, ordinal)) replicas.set(ordinal, pod);
    else if (ordinal >= 0) condemned.push(pod);
  }
  condemned.sort((a, b) => ordinalOf(set, b) - ordinalOf(set, a));
  return { replicas, condemned };
}

const ordinalsOf = (set: StatefulSet): number[] => Array.from({ length: replicasOf(set) }, (_, i) => startOf(set) + i);

/** Below the partition pods are made as they were, above it as they shall be. */
export function revisionFor({ set, currentRevision, updateRevision }: StatefulView, ordinal: number): string {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  return type !== 'OnDelete' && ordinal < startOf(set) + (rollingUpdate?.partition ?? 0) ? currentRevision : updateRevision;
}

/**
 * What to do now. OrderedReady goes one step at a time, from the lowest ordinal up when it creates and from the highest
 * down when it deletes, and waits for each pod to serve or to be gone; Parallel does all at once. Only when all pods are
 * there does the update of the template go on.
 */
export function planStatefulSet(view: StatefulView): StatefulStep[] {
  if (view.set.metadata?.deletionTimestamp) return [];
  const { replicas, condemned } = arrange(view);
  const isOrdered = view.set.spec?.podManagementPolicy !== 'Parallel';
  const steps: StatefulStep[] = [];
  for (const ordinal of ordinalsOf(view.set)) {
    const { step, isDone } = planReplica(view, ordinal, replicas.get(ordinal));
    if (step) steps.push(step);
    if (!isDone && isOrdered) return [...steps, ...condemned.map((pod): StatefulStep => ({ do: 'keep', pod }))];
  }
  steps.push(...condemned.map((pod): StatefulStep => ({ do: 'keep', pod })));
  const scaleDown = planCondemned(view, { replicas, condemned, isOrdered });
  if (scaleDown.length || (isOrdered && condemned.length)) return [...steps, ...scaleDown];
  return [...steps, ...planUpdate(view, replicas)];
}

function planReplica(view: StatefulView, ordinal: number, pod: Pod | undefined): { step?: StatefulStep; isDone: boolean } {
  if (!pod) return { step: { do: 'create', ordinal, revision: revisionFor(view, ordinal) }, isDone: false };
  if (isPodTerminal(pod)) {
    const phase = pod.status?.phase === 'Failed' ? 'Failed' : 'Succeeded';
    return isPodTerminating(pod) ? { isDone: false } : { step: { do: 'recreate', pod, phase }, isDone: false };
  }
  return { step: { do: 'keep', pod }, isDone: isServing(view, pod) };
}

const isServing = ({ set, nowMs }: StatefulView, pod: Pod): boolean =>
  isPodActive(pod) && isRunningAndReady(pod) && isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);

/** The first that is not well, by ordinal: it may be deleted although it does not serve, or scaling down would hang. */
function firstUnhealthy(view: StatefulView, replicas: ReadonlyMap<number, Pod>, condemned: readonly Pod[]): Pod | undefined {
  const all = [...replicas.values(), ...condemned].sort((a, b) => ordinalOf(view.set, a) - ordinalOf(view.set, b));
  return all.find((pod) => !isServing(view, pod));
}

function planCondemned(view: StatefulView, parts: { replicas: ReadonlyMap<number, Pod>; condemned: readonly Pod[]; isOrdered: boolean }): StatefulStep[] {
  const { replicas, condemned, isOrdered } = parts;
  const living = condemned.filter((pod) => !isPodTerminating(pod));
  if (!isOrdered) return living.map((pod) => ({ do: 'delete', pod }));
  const [highest] = condemned;
  if (!highest || isPodTerminating(highest)) return [];
  const mayGo = isServing(view, highest) || highest === firstUnhealthy(view, replicas, condemned);
  return mayGo ? [{ do: 'delete', pod: highest }] : [];
}

/**
 * Pods that are deleted to be made anew from the new template: from the highest ordinal down to the partition, with at
 * most maxUnavailable (KEP-961) not serving. One that does not serve anyway costs nothing more.
 */
function planUpdate(view: StatefulView, replicas: ReadonlyMap<number, Pod>): StatefulStep[] {
  const { set, updateRevision } = view;
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const lowest = startOf(set) + (rollingUpdate?.partition ?? 0);
  const maxUnavailable = Math.max(1, scaledValue(rollingUpdate?.maxUnavailable ?? 1, replicasOf(set), 'up'));
  const pods = ordinalsOf(set).map((ordinal) => replicas.get(ordinal));
  const isOutdated = (pod: Pod): boolean => revisionOf(pod) !== updateRevision && !isPodTerminating(pod);
  let unavailable = pods.filter((pod) => !pod || !isServing(view, pod)).length;
  let replaced = pods.filter((pod) => !pod || (!isServing(view, pod) && !isOutdated(pod))).length;
  const steps: StatefulStep[] = [];
  for (const pod of [...pods].reverse()) {
    if (!pod || ordinalOf(set, pod) < lowest || !isOutdated(pod)) continue;
    const isServed = isServing(view, pod);
    if ((isServed ? unavailable : replaced) >= maxUnavailable) continue;
    if (isServed) unavailable++;
    replaced++;
    steps.push({ do: 'delete', pod });
  }
  return steps;
}
