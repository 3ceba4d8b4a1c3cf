import { hasVolumeAnnotation, resources, volumeAnnotations } from '@typernetes/api';
import { keyOf, type ApiClient } from '@typernetes/client';
import type { Clock } from '@typernetes/machinery';
import { always } from '../framework/cluster-event';
import type { Rejection, SchedulerPlugin } from '../framework/plugin';
import { chooseVolumes, isBound, sortClaims, type ClaimChoice } from './claim-choices';
import { usesClaim } from './uses-claim';
import type { VolumeCache } from './volume-cache';

const name = 'VolumeBinding';

const lookMs = 50;

const rejection = (reason: string): Rejection => ({ plugin: name, reasons: [reason], resolvable: false });

export interface VolumeBindingParts {
  readonly volumes: VolumeCache;
  readonly client: ApiClient;
  readonly clock: Clock;
  /** How long a pod waits for its volumes before it is tried again. */
  readonly bindTimeoutMs: number;
}

/** Nodes from which a pod's volumes can be reached; claims that waited for a pod are bound before the pod is. */
export function volumeBinding({ volumes, client, clock, bindTimeoutMs }: VolumeBindingParts): SchedulerPlugin {
  /** Gives back from which version on the claim shows the node that was chosen for it; undefined for volumes that are there. */
  async function settle({ claim, volume }: ClaimChoice, nodeName: string): Promise<bigint | undefined> {
    const { metadata } = claim;
    if (!volume) {
      const annotations = { [volumeAnnotations.selectedNode]: nodeName };
      const written = await client.resource(resources.persistentVolumeClaims).patch(metadata?.name ?? '', { metadata: { annotations } }, { namespace: metadata?.namespace, type: 'application/merge-patch+json' });
      return BigInt(written.metadata?.resourceVersion ?? '0');
    }
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: metadata?.namespace, name: metadata?.name, uid: metadata?.uid };
    const annotations = { ...volume.metadata?.annotations, [volumeAnnotations.boundByController]: 'yes' };
    await client.resource(resources.persistentVolumes).update({ ...volume, metadata: { ...volume.metadata, annotations }, spec: { ...volume.spec, claimRef } });
    return undefined;
  }

  /** @throws Error when a claim goes, its choice is taken back, or time runs out */
  async function untilBound(choices: readonly (ClaimChoice & { since: bigint | undefined })[], nodeName: string): Promise<void> {
    const endMs = clock.monotonic() + bindTimeoutMs;
    for (;;) {
      const current = choices.map(({ claim }) => volumes.claim(keyOf(claim)));
      if (current.every((claim) => claim && isBound(claim))) return;
      if (current.includes(undefined)) throw new Error('binding volumes: a claim is gone');
      if (clock.monotonic() > endMs) throw new Error('binding volumes: context deadline exceeded');
      const isTakenBack = choices.some(({ since }, index) => {
        const fresh = current[index];
        return fresh && since !== undefined && !isBound(fresh) && BigInt(fresh.metadata?.resourceVersion ?? '0') >= since && !hasVolumeAnnotation(fresh, volumeAnnotations.selectedNode);
      });
      if (isTakenBack) throw new Error(`binding volumes: provisioning failed on node ${JSON.stringify(nodeName)}`);
      await clock.sleep(lookMs);
    }
  }

  return {
    name,
    hints: {
      NodeAdd: always,
      NodeUpdateLabel: always,
      PersistentVolumeClaimAdd: usesClaim,
      PersistentVolumeClaimUpdate: usesClaim,
      PersistentVolumeAdd: always,
      PersistentVolumeUpdate: always,
      StorageClassAdd: always,
      StorageClassUpdate: always,
    },
    prepareFilter({ claims: keys }) {
      if (keys.length === 0) return undefined;
      const claims = sortClaims(keys, volumes);
      if (typeof claims === 'string') return () => ({ ...rejection(claims), ofPod: true });
      return (node) => {
        const choices = chooseVolumes(claims, node, volumes);
        return typeof choices === 'string' ? rejection(choices) : undefined;
      };
    },
    preBind({ claims: keys }, node) {
      const claims = sortClaims(keys, volumes);
      if (typeof claims === 'string') throw new Error(claims);
      if (claims.waiting.length === 0) return undefined;
      const choices = chooseVolumes(claims, node, volumes);
      if (typeof choices === 'string') throw new Error(choices);
      for (const { claim, volume } of choices) if (volume) volumes.promise(volume, claim);
      return (async () => {
        try {
          const settled = [];
          for (const choice of choices) settled.push({ ...choice, since: await settle(choice, node.name) });
          await untilBound(settled, node.name);
        } catch (error) {
          for (const { volume } of choices) if (volume) volumes.release(volume);
          throw error;
        }
      })();
    },
  };
}
