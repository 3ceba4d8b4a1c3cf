import type { Node } from '@typernetes/api';
import type { Candidate } from '../core/victims';
import type { NodeInfo } from '../framework/node-info';
import type { Rejection } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import { extenderName } from '../queue/hint-book';

/** Messages of k8s.io/kube-scheduler/extender/v1, whose fields have Go's names; readers there do not mind upper and lower case, nor do we. */
export interface FilterAnswer {
  readonly passed: ReadonlySet<string>;
  readonly rejections: ReadonlyMap<string, Rejection>;
}

export function filterMessage({ pod }: PodInfo, known: { names: string[] } | { nodes: Node[] }): object {
  const asPod = { apiVersion: 'v1', kind: 'Pod', ...pod };
  return 'names' in known ? { Pod: asPod, NodeNames: known.names } : { Pod: asPod, Nodes: { apiVersion: 'v1', kind: 'NodeList', metadata: {}, items: known.nodes } };
}

export const bindingMessage = ({ pod: { metadata } }: PodInfo, nodeName: string): object => ({ PodName: metadata?.name, PodNamespace: metadata?.namespace, PodUID: metadata?.uid, Node: nodeName });

/** An extender with a cache of its own gets uids, another whole pods. */
export function preemptMessage({ pod }: PodInfo, candidates: readonly Candidate[], isNodeCacheCapable: boolean): object {
  const byNode = (podOf: (victim: PodInfo) => object): object =>
    Object.fromEntries(candidates.map(({ nodeName, victims, violations }) => [nodeName, { Pods: victims.map(podOf), NumPDBViolations: violations }]));
  const asPod = { apiVersion: 'v1', kind: 'Pod', ...pod };
  return isNodeCacheCapable ? { Pod: asPod, NodeNameToMetaVictims: byNode(({ uid }) => ({ UID: uid })) } : { Pod: asPod, NodeNameToVictims: byNode((victim) => victim.pod) };
}

/** A field by its name, whatever the case of its letters. */
function field(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  return Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? undefined;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const entries = (value: unknown): [string, unknown][] => (typeof value === 'object' && value !== null ? Object.entries(value) : []);

/** @throws Error with what the extender says */
export function filterAnswer(answer: unknown, asked: readonly NodeInfo[]): FilterAnswer {
  const error = field(answer, 'Error');
  if (typeof error === 'string' && error) throw new Error(error);
  const names = field(answer, 'NodeNames') ?? list(field(field(answer, 'Nodes'), 'items')).map((node) => field(field(node, 'metadata'), 'name'));
  const known = new Set(asked.map(({ name }) => name));
  const passed = new Set(list(names).filter((name): name is string => typeof name === 'string'));
  for (const name of passed) if (!known.has(name)) throw new Error(`extender claims a filtered node ${JSON.stringify(name)} which is not found in the input node list`);
  const rejections = new Map<string, Rejection>();
  const reject = (key: string, resolvable: boolean): void => {
    for (const [node, reason] of entries(field(answer, key))) if (known.has(node)) rejections.set(node, { plugin: extenderName, reasons: [String(reason)], resolvable });
  };
  reject('FailedNodes', true);
  // Named in both, it is beyond help.
  reject('FailedAndUnresolvableNodes', false);
  return { passed, rejections };
}

/** Scores by node name, as the extender gives them: 0 to 10. */
export function scoresAnswer(answer: unknown): Map<string, number> {
  return new Map(list(answer).map((item) => [String(field(item, 'Host')), Number(field(item, 'Score') ?? 0)]));
}

export function bindError(answer: unknown): string | undefined {
  const error = field(answer, 'Error');
  return typeof error === 'string' && error ? error : undefined;
}

/** @throws Error when the extender names nodes or pods that it was not asked about */
export function preemptAnswer(answer: unknown, candidates: readonly Candidate[]): Candidate[] {
  return entries(field(answer, 'NodeNameToMetaVictims')).map(([nodeName, victims]) => {
    const candidate = candidates.find((one) => one.nodeName === nodeName);
    if (!candidate) throw new Error(`extender claims a candidate node ${JSON.stringify(nodeName)} that was not among those it was asked about`);
    const uids = list(field(victims, 'Pods')).map((pod) => String(field(pod, 'UID')));
    const chosen = candidate.victims.filter(({ uid }) => uids.includes(uid));
    if (chosen.length !== uids.length) throw new Error(`extender claims victims on node ${JSON.stringify(nodeName)} that are not found there`);
    return { nodeName, victims: chosen, violations: Number(field(victims, 'NumPDBViolations') ?? candidate.violations) };
  });
}
