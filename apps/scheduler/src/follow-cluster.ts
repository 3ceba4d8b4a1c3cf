import type { Namespace, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { InformerFactory } from '@typernetes/client';
import type { Clock } from '@typernetes/machinery';
import { isPodTerminal } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { ClusterCache } from './cache/cluster-cache';
import type { Nominator } from './cache/nominator';
import type { PodInfo } from './framework/pod-info';
import { podInfoOf } from './framework/pod-info';
import type { Profile } from './framework/profile';
import { namespaceRelabelled, nodeAdded, nodeUpdated, podArrived, podLeft } from './queue/event-hints';
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
  informers.informer(resources.replicationControllers).onChange({
    added: (controller) => cache.setReplicationController(controller),
    updated: (controller) => cache.setReplicationController(controller),
    deleted: (controller) => cache.deleteReplicationController(controller),
  });
}

function followNodes({ informers, cache, queue, clock, wake }: Followers): void {
  const moved = (plugins: readonly string[]): void => {
    if (!plugins.length) return;
    queue.moveOnEvent(plugins, clock.monotonic());
    wake();
  };
  informers.informer(resources.nodes).onChange({
    added: (node) => {
      cache.setNode(node);
      moved(nodeAdded);
    },
    updated: (node, previous) => {
      cache.setNode(node);
      moved(nodeUpdated(node, previous));
    },
    deleted: (node) => cache.deleteNode(node.metadata?.name ?? ''),
  });
}

function followNamespaces({ informers, cache, queue, clock, wake }: Followers): void {
  const seen = (namespace: Namespace): void => {
    if (!cache.setNamespace(namespace)) return;
    queue.moveOnEvent(namespaceRelabelled, clock.monotonic());
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
  const left = (uid: string): void => {
    queue.delete(uid);
    nominator.delete(uid);
    if (!cache.isPlaced(uid)) return;
    cache.deletePod(uid);
    queue.moveOnEvent(podLeft, clock.monotonic());
  };
  const seen = (pod: Pod, previous?: Pod): void => {
    const uid = pod.metadata?.uid ?? '';
    if (isPodTerminal(pod)) left(uid);
    else if (pod.spec?.nodeName) {
      queue.delete(uid);
      nominator.delete(uid);
      const isNew = !cache.isPlaced(uid) || !isDeepStrictEqual(pod.metadata?.labels, previous?.metadata?.labels);
      cache.setPod(pod);
      if (isNew) queue.moveOnEvent(podArrived, clock.monotonic());
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
      left(pod.metadata?.uid ?? '');
      wake();
    },
  });
}

/** Our own status writes come back as changes: only what may change the decision puts the pod in front again. */
function enqueue({ queue, profiles, clock, cache, nominator }: Followers, pod: Pod, previous?: Pod): void {
  const info = podInfoOf(pod);
  if (cache.isPlaced(info.uid)) return;
  followNomination(nominator, info, previous);
  if (profiles.get(schedulerNameOf(pod))?.preEnqueue.some((plugin) => plugin.preEnqueue?.(info))) return queue.delete(info.uid);
  const unchanged = previous && isDeepStrictEqual(previous.spec, pod.spec) && isDeepStrictEqual(previous.metadata?.labels, pod.metadata?.labels);
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
