import type { Pod } from '@typernetes/api';
import { mirrorAnnotation, podReferences } from '../../admission/pod-references';

/** What pods lead a node to. */
export type RelatedKind = 'pods' | 'secrets' | 'configmaps' | 'persistentvolumeclaims' | 'serviceaccounts';

const keyOf = (kind: RelatedKind, namespace: string, name: string): string => `${kind}/${namespace}/${name}`;

interface Known {
  readonly node: string;
  readonly keys: readonly string[];
}

/** All that a pod opens to its node. A mirror pod is the node's own writing and opens nothing but itself. */
export function reachableFrom(pod: Pod): string[] {
  const { namespace = '', name = '' } = pod.metadata ?? {};
  const itself = keyOf('pods', namespace, name);
  if (pod.metadata?.annotations?.[mirrorAnnotation] !== undefined) return [itself];
  const { secrets, configMaps, claims } = podReferences(pod);
  return [
    itself,
    ...[...secrets].map((secret) => keyOf('secrets', namespace, secret)),
    ...[...configMaps].map((configMap) => keyOf('configmaps', namespace, configMap)),
    ...[...claims].map((claim) => keyOf('persistentvolumeclaims', namespace, claim)),
    ...(pod.spec?.serviceAccountName ? [keyOf('serviceaccounts', namespace, pod.spec.serviceAccountName)] : []),
  ];
}

/**
 * Which node may see which object: the edges pod -> secret, config map, claim and account, kept as counts by object
 * and node, so that a question is one look-up whatever the size of the cluster.
 */
export class NodeGraph {
  private readonly byPod = new Map<string, Known>();
  private readonly counts = new Map<string, Map<string, number>>();

  setPod(pod: Pod): void {
    this.removePod(pod);
    const node = pod.spec?.nodeName;
    if (!node) return;
    const keys = reachableFrom(pod);
    this.byPod.set(keyOf('pods', pod.metadata?.namespace ?? '', pod.metadata?.name ?? ''), { node, keys });
    for (const key of keys) {
      const nodes = this.counts.get(key) ?? new Map<string, number>();
      this.counts.set(key, nodes.set(node, (nodes.get(node) ?? 0) + 1));
    }
  }

  removePod({ metadata }: Pod): void {
    const own = keyOf('pods', metadata?.namespace ?? '', metadata?.name ?? '');
    const known = this.byPod.get(own);
    if (!known) return;
    this.byPod.delete(own);
    for (const key of known.keys) this.release(key, known.node);
  }

  /** Whether a pod on the node leads to the object. */
  isRelated(node: string, kind: RelatedKind, { namespace, name }: { namespace: string; name: string }): boolean {
    return this.counts.get(keyOf(kind, namespace, name))?.has(node) ?? false;
  }

  private release(key: string, node: string): void {
    const nodes = this.counts.get(key);
    const count = nodes?.get(node) ?? 0;
    if (count > 1) nodes?.set(node, count - 1);
    else nodes?.delete(node);
    if (nodes?.size === 0) this.counts.delete(key);
  }
}
