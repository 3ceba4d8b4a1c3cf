import type { DaemonSet, Node, Pod } from '@typernetes/api';
import { isPodAvailable, isPodReady, isPodTerminating } from '@typernetes/machinery';
import { scaledValue } from '../int-or-percent';
import { isUpdated, judgeNode, targetNode } from './daemon-pod';

/** What a DaemonSet looks like from outside: everything that decisions depend on. */
export interface DaemonView {
  set: DaemonSet;
  nodes: readonly Node[];
  /** The pods that are the set's. */
  pods: readonly Pod[];
  /** Hash of the present template. */
  hash: string;
  nowMs: number;
  /** May the pod that failed on this node be replaced yet? */
  mayRetry(nodeName: string): boolean;
}

export interface DaemonPlan {
  /** Names of nodes that get a pod. */
  create: string[];
  delete: Pod[];
  /** Pods among those to delete that ended by themselves, with the event that says so. */
  ended: { pod: Pod; nodeName: string; phase: 'Failed' | 'Succeeded' }[];
  /** Nodes with a failed pod that has to wait. */
  backingOff: string[];
}

/** Older first; a pod with a node before one without. */
function byAge(a: Pod, b: Pod): number {
  const placed = Number(Boolean(b.spec?.nodeName)) - Number(Boolean(a.spec?.nodeName));
  if (placed) return placed;
  const [left, right] = [a.metadata?.creationTimestamp ?? '', b.metadata?.creationTimestamp ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return (a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1;
}

/** The set's pods by the node that they are on or wait for. */
export function podsByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const found = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = targetNode(pod);
    if (node === undefined) continue;
    const there = found.get(node);
    if (there) there.push(pod);
    else found.set(node, [pod]);
  }
  for (const there of found.values()) there.sort(byAge);
  return found;
}

/** One pod on each node that should have one, none elsewhere; ended pods make room for new ones. */
export function planDaemons(view: DaemonView): DaemonPlan {
  const plan: DaemonPlan = { create: [], delete: [], ended: [], backingOff: [] };
  const byNode = podsByNode(view.pods);
  const names = new Set<string>();
  for (const node of view.nodes) {
    const name = node.metadata?.name ?? '';
    names.add(name);
    const there = byNode.get(name);
    const { shouldRun, shouldContinue } = judgeNode(view.set, node);
    if (!there?.length) {
      if (shouldRun) plan.create.push(name);
    } else if (shouldContinue) planNode(view, plan, name, there);
    else plan.delete.push(...there.filter((pod) => !isPodTerminating(pod)));
  }
  // They wait for a node that is no more; those that were on one are the pod garbage collector's.
  for (const [name, there] of byNode) {
    if (!names.has(name)) plan.delete.push(...there.filter((pod) => !pod.spec?.nodeName && !isPodTerminating(pod)));
  }
  return plan;
}

function planNode(view: DaemonView, plan: DaemonPlan, nodeName: string, pods: readonly Pod[]): void {
  const running: Pod[] = [];
  for (const pod of pods) {
    if (isPodTerminating(pod)) continue;
    const phase = pod.status?.phase;
    if (phase === 'Failed' && !view.mayRetry(nodeName)) plan.backingOff.push(nodeName);
    else if (phase === 'Failed' || phase === 'Succeeded') {
      plan.ended.push({ pod, nodeName, phase });
      plan.delete.push(pod);
    } else running.push(pod);
  }
  if (running.length <= 1) return;
  if (!allowsSurge(view.set)) plan.delete.push(...running.slice(1));
  else plan.delete.push(...excessOfSurge(view, running));
}

/** With surge an old and a new pod may be there together, until the new one serves or the old one does no longer. */
function excessOfSurge({ set, hash, nowMs }: DaemonView, running: readonly Pod[]): Pod[] {
  const updated = running.filter((pod) => isUpdated(set, pod, hash));
  const old = running.filter((pod) => !isUpdated(set, pod, hash));
  const excess = [...updated.slice(1), ...old.slice(1)];
  const [newest, oldest] = [updated[0], old[0]];
  const isReplaced = newest && isPodAvailable(newest, set.spec?.minReadySeconds ?? 0, nowMs);
  if (newest && oldest && (isReplaced || !isPodReady(oldest))) excess.push(oldest);
  return excess;
}

const rollingOf = ({ spec }: DaemonSet): { maxUnavailable?: number | string; maxSurge?: number | string } =>
  spec?.updateStrategy?.type === 'OnDelete' ? {} : (spec?.updateStrategy?.rollingUpdate ?? {});

const allowsSurge = (set: DaemonSet): boolean => scaledValue(rollingOf(set).maxSurge, 100, 'up') > 0;

/** What the update of the template asks for, beyond planDaemons. OnDelete asks for nothing. */
export function planRollingUpdate(view: DaemonView): { create: string[]; delete: Pod[] } {
  const { set, nodes } = view;
  if (set.spec?.updateStrategy?.type === 'OnDelete') return { create: [], delete: [] };
  const desired = nodes.filter((node) => judgeNode(set, node).shouldRun).length;
  const maxSurge = scaledValue(rollingOf(set).maxSurge, desired, 'up');
  // Neither: the update would never begin.
  const maxUnavailable = scaledValue(rollingOf(set).maxUnavailable, desired, 'up') || (maxSurge === 0 ? 1 : 0);
  const existing = new Set(nodes.map(({ metadata }) => metadata?.name ?? ''));
  const byNode = new Map([...podsByNode(view.pods)].filter(([name]) => existing.has(name)));
  return maxSurge > 0 ? planSurge(view, byNode, maxSurge) : { create: [], delete: planReplacement(view, byNode, maxUnavailable) };
}

interface NodePods {
  updated: Pod[];
  old: Pod[];
}

function split({ set, hash }: DaemonView, pods: readonly Pod[]): NodePods {
  const living = pods.filter((pod) => !isPodTerminating(pod));
  return { updated: living.filter((pod) => isUpdated(set, pod, hash)), old: living.filter((pod) => !isUpdated(set, pod, hash)) };
}

/** Old pods that may go now: those that do not serve anyway, and as many others as may be missing. */
function planReplacement(view: DaemonView, byNode: ReadonlyMap<string, readonly Pod[]>, maxUnavailable: number): Pod[] {
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, view.set.spec?.minReadySeconds ?? 0, view.nowMs);
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const pods of byNode.values()) {
    const { updated, old } = split(view, pods);
    const [first] = [...updated, ...old];
    if (updated.length + old.length !== 1 || !first) unavailable++;
    else if (!isAvailable(first)) {
      unavailable++;
      if (old.length) broken.push(first);
    } else if (old.length) candidates.push(first);
  }
  return [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))];
}

/** New pods beside old ones, at most `maxSurge` of them; an old one goes when its successor serves. */
function planSurge(view: DaemonView, byNode: ReadonlyMap<string, readonly Pod[]>, maxSurge: number): { create: string[]; delete: Pod[] } {
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, view.set.spec?.minReadySeconds ?? 0, view.nowMs);
  const broken: string[] = [];
  const candidates: string[] = [];
  const remove: Pod[] = [];
  let surging = 0;
  for (const [name, pods] of byNode) {
    const { updated, old } = split(view, pods);
    if (updated.length > 1 || old.length > 1) surging++;
    else if (updated[0] && old[0]) {
      surging++;
      if (isAvailable(updated[0])) remove.push(old[0]);
    } else if (old[0]) (isAvailable(old[0]) ? candidates : broken).push(name);
  }
  return { create: [...broken, ...candidates.slice(0, Math.max(0, maxSurge - surging))], delete: remove };
}
