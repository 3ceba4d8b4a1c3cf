import type { Namespace, Node, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, type InformerFactory } from '@typernetes/client';
import type { Clock } from '@typernetes/machinery';
import { isPodTerminal, podResourceClaims } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { ClusterCache, Owner, OwnerKind } from './cache/cluster-cache';
import type { Nominator } from './cache/nominator';
import type { ClusterEvent } from './framework/cluster-event';
import type { PodInfo } from './framework/pod-info';
import { podInfoOf } from './framework/pod-info';
import type { Profile } from './framework/profile';
import type { SchedulingQueue } from './queue/scheduling-queue';
import { needsNode, schedulerNameOf } from './scheduler';

export interface Followers {
  informers: InformerFactory;
  cache: ClusterCache;
  nominator: Nominator;
  queue: SchedulingQueue;
  profiles: ReadonlyMap<string, Profile>;
  clock: Clock;
  wake(): void;
}

/** Feeds cache and queue from informers. */
export function followCluster(followers: Followers): void {
  followNodes(followers);
  followPods(followers);
  followNamespaces(followers);
  const { informers, cache } = followers;
  informers.informer(resources.services).onChange({
    added: (service) => cache.setService(service),
    updated: (service) => cache.setService(service),
    deleted: (service) => cache.deleteService(service),
  });
  informers.informer(resources.podDisruptionBudgets).onChange({
    added: (budget) => cache.setBudget(budget),
    updated: (budget) => cache.setBudget(budget),
    deleted: (budget) => cache.deleteBudget(budget),
  });
  followOwners(followers);
  followDeviceClaims(followers);
}

const byClaim = 'resourceClaim';

/** A pod whose claims were not all there waits at the gate until the last one has come. */
function followDeviceClaims(followers: Followers): void {
  const { informers, queue, wake } = followers;
  const pods = informers.informer(resources.pods);
  pods.addIndex(byClaim, (pod) => podResourceClaims(pod).flatMap(({ claimName }) => (claimName ? [`${pod.metadata?.namespace}/${claimName}`] : [])));
  informers.informer(resources.resourceClaims).onChange({
    added: (claim) => {
      for (const pod of pods.byIndex(byClaim, keyOf(claim))) if (queue.isGated(pod.metadata?.uid ?? '')) enqueue(followers, pod);
      wake();
    },
  });
}

/** Whose pods are spread together. */
function followOwners({ informers, cache }: Followers): void {
  const handlers = (kind: OwnerKind): { added(owner: Owner): void; updated(owner: Owner): void; deleted(owner: Owner): void } => ({
    added: (owner) => cache.setOwner(kind, owner),
    updated: (owner) => cache.setOwner(kind, owner),
    deleted: (owner) => cache.deleteOwner(kind, owner),
  });
  informers.informer(resources.replicationControllers).onChange(handlers('ReplicationController'));
  informers.informer(resources.replicaSets).onChange(handlers('ReplicaSet'));
  informers.informer(resources.statefulSets).onChange(handlers('StatefulSet'));
}

function followNodes({ informers, cache, queue, clock, wake }: Followers): void {
  const happened = (name: string, kinds: readonly NodeEventKind[]): void => {
    const info = cache.node(name);
    if (!info || !kinds.length) return;
    for (const kind of kinds) queue.moveOnEvent({ kind, node: info }, clock.monotonic());
    wake();
  };
  informers.informer(resources.nodes).onChange({
    added: (node) => {
      cache.setNode(node);
      happened(node.metadata?.name ?? '', ['NodeAdd']);
    },
    updated: (node, previous) => {
      cache.setNode(node);
      happened(node.metadata?.name ?? '', nodeChanges(node, previous));
    },
    deleted: ({ metadata }) => {
      const info = cache.node(metadata?.name ?? '');
      cache.deleteNode(metadata?.name ?? '');
      if (!info) return;
      queue.moveOnEvent({ kind: 'NodeDelete', node: info }, clock.monotonic());
      wake();
    },
  });
}

type NodeEventKind = 'NodeAdd' | 'NodeUpdateAllocatable' | 'NodeUpdateLabel' | 'NodeUpdateTaint';

/** What of a node's change decisions may depend on. */
export function nodeChanges(node: Node, previous: Node): NodeEventKind[] {
  const kinds: NodeEventKind[] = [];
  if (!isDeepStrictEqual(node.status?.allocatable, previous.status?.allocatable)) kinds.push('NodeUpdateAllocatable');
  if (!isDeepStrictEqual(node.metadata?.labels, previous.metadata?.labels)) kinds.push('NodeUpdateLabel');
  if (!isDeepStrictEqual(node.spec?.taints, previous.spec?.taints) || node.spec?.unschedulable !== previous.spec?.unschedulable) kinds.push('NodeUpdateTaint');
  return kinds;
}

function followNamespaces({ informers, cache, queue, clock, wake }: Followers): void {
  const seen = (namespace: Namespace): void => {
    if (!cache.setNamespace(namespace)) return;
    queue.moveOnEvent({ kind: 'NamespaceUpdate' }, clock.monotonic());
    wake();
  };
  informers.informer(resources.namespaces).onChange({
    added: seen,
    updated: seen,
    deleted: ({ metadata }) => cache.deleteNamespace(metadata?.name ?? ''),
  });
}

function followPods(followers: Followers): void {
  const { informers, cache, nominator, queue, clock, wake } = followers;
  const left = (pod: Pod): void => {
    const uid = pod.metadata?.uid ?? '';
    // Room that was kept for it is free as well.
    const nodeName = cache.placedOn(uid) ?? nominator.nodeOf(uid);
    queue.delete(uid);
    nominator.delete(uid);
    cache.deletePod(uid);
    if (nodeName) queue.moveOnEvent({ kind: 'AssignedPodDelete', pod: podInfoOf(pod), node: cache.node(nodeName) }, clock.monotonic());
  };
  const seen = (pod: Pod, previous?: Pod): void => {
    const uid = pod.metadata?.uid ?? '';
    if (isPodTerminal(pod)) left(pod);
    else if (pod.spec?.nodeName) {
      queue.delete(uid);
      nominator.delete(uid);
      const isNew = !previous?.spec?.nodeName;
      const event = isNew ? ({ kind: 'AssignedPodAdd', pod: podInfoOf(pod) } as const) : previous && podChange(pod, previous);
      cache.setPod(pod);
      if (event) queue.moveOnEvent(event, clock.monotonic());
    } else if (needsNode(pod, followers.profiles)) enqueue(followers, pod, previous);
    else {
      queue.delete(uid);
      nominator.delete(uid);
    }
    wake();
  };
  informers.informer(resources.pods).onChange({
    added: (pod) => seen(pod),
    updated: seen,
    deleted: (pod) => {
      left(pod);
      wake();
    },
  });
}

/** Pods that wait look at the labels and the requests of others. */
function podChange(pod: Pod, previous: Pod): ClusterEvent | undefined {
  const isSame = isDeepStrictEqual(pod.metadata?.labels, previous.metadata?.labels) && isDeepStrictEqual(pod.spec?.containers, previous.spec?.containers);
  return isSame ? undefined : { kind: 'AssignedPodUpdate', pod: podInfoOf(pod), before: podInfoOf(previous) };
}

/** Our own status writes come back as changes: only what may change the decision puts the pod in front again. */
function enqueue({ queue, profiles, clock, cache, nominator }: Followers, pod: Pod, previous?: Pod): void {
  const info = podInfoOf(pod);
  if (cache.isPlaced(info.uid)) return;
  followNomination(nominator, info, previous);
  if (profiles.get(schedulerNameOf(pod))?.preEnqueue.some((plugin) => plugin.preEnqueue?.(info))) return queue.gate(info);
  const unchanged = previous && isDeepStrictEqual(previous.spec, pod.spec) && isDeepStrictEqual(previous.metadata?.labels, pod.metadata?.labels) && isDeepStrictEqual(previous.status?.resourceClaimStatuses, pod.status?.resourceClaimStatuses);
  if (unchanged) queue.refresh(info);
  else queue.put(info, clock.monotonic());
}

/** Known from before a restart, or taken away by somebody. What only we know yet is left as it is. */
function followNomination(nominator: Nominator, info: PodInfo, previous: Pod | undefined): void {
  const [before, after] = [previous?.status?.nominatedNodeName, info.pod.status?.nominatedNodeName];
  if (before === after) return;
  if (after) nominator.nominate(info, after);
  else if (nominator.nodeOf(info.uid) === before) nominator.delete(info.uid);
}
