import type { Deployment, Pod, ReplicaSet } from '@typernetes/api';
import { builtInKinds, resources } from '@typernetes/api';
import type { InformerFactory } from '@typernetes/client';
import type { KubernetesObject, OwnerReference } from '@typernetes/machinery';
import { controllerOf, formatGroupResource, parseApiVersion } from '@typernetes/machinery';

interface Scaled extends KubernetesObject {
  spec?: { replicas?: number };
}

export interface ScaleReader {
  /** The number that a controller of pods asks for; undefined when it is not there. @throws Error when its kind has none */
  of(owner: OwnerReference, namespace: string): { uid: string; replicas: number } | undefined;
}

/** Reads scales from the caches of the kinds that own pods. */
export function scaleReader(informers: InformerFactory): ScaleReader {
  const caches = {
    ReplicationController: informers.informer(resources.replicationControllers),
    ReplicaSet: informers.informer<ReplicaSet>(resources.replicaSets),
    StatefulSet: informers.informer(resources.statefulSets),
  } as const;
  const deployments = informers.informer<Deployment>(resources.deployments);
  const toScale = (object: Scaled | undefined, uid: string): { uid: string; replicas: number } | undefined =>
    object?.metadata?.uid === uid ? { uid, replicas: object.spec?.replicas ?? 1 } : undefined;
  return {
    of: (owner, namespace) => {
      const { group } = parseApiVersion(owner.apiVersion);
      const key = `${namespace}/${owner.name}`;
      if (group === 'apps' && owner.kind === 'ReplicaSet') {
        const replicaSet = caches.ReplicaSet.get(key);
        const parent = replicaSet?.metadata?.uid === owner.uid ? controllerOf(replicaSet) : undefined;
        // While a Deployment rolls, its pods are spread over ReplicaSets.
        return parent?.kind === 'Deployment' ? toScale(deployments.get(`${namespace}/${parent.name}`), parent.uid) : toScale(replicaSet, owner.uid);
      }
      if (group === 'apps' && owner.kind === 'StatefulSet') return toScale(caches.StatefulSet.get(key), owner.uid);
      if (group === '' && owner.kind === 'ReplicationController') return toScale(caches.ReplicationController.get(key), owner.uid);
      const kind = builtInKinds.find((known) => known.kind === owner.kind && known.group === group);
      throw new Error(`${formatGroupResource({ group, resource: kind?.resource ?? owner.kind.toLowerCase() })} does not implement the scale subresource`);
    },
  };
}

export interface ExpectedScale {
  total: number;
  /** Pods that nobody keeps up: they can't be counted on. */
  unmanaged: Pod[];
}

/** What the controllers of these pods ask for together, each counted once. @throws Error */
export function expectedScale(pods: readonly Pod[], scales: ScaleReader): ExpectedScale {
  const byUid = new Map<string, number>();
  const unmanaged: Pod[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) {
      unmanaged.push(pod);
      continue;
    }
    const scale = scales.of(owner, pod.metadata?.namespace ?? '');
    if (!scale) throw new Error(`found no controller ref for pod "${pod.metadata?.name}"`);
    byUid.set(scale.uid, scale.replicas);
  }
  return { total: [...byUid.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}
