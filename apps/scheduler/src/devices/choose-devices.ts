import type { ResourceV1ResourceClaim } from '@typernetes/api';
import { CelError } from '@typernetes/cel';
import { keyOf } from '@typernetes/client';
import { isControlledBy, matchesNodeSelectorTerms, podResourceClaims } from '@typernetes/machinery';
import type { NodeInfo } from '../framework/node-info';
import type { Rejection } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import { allocate } from './allocate';
import type { Choice } from './allocation';
import type { DeviceCache } from './device-cache';
import { isReservedFor, reservedForMax } from './reserve';
import { wantedOf, type WantedClaim } from './wanted';

export const pluginName = 'DynamicResources';

const rejection = (reason: string, resolvable = false): Rejection => ({ plugin: pluginName, reasons: [reason], resolvable });
const notOnNode = rejection('resourceclaim not available on the node', true);
const notEnough = rejection('cannot allocate all claims', true);

/** A pod's claims: those that have their devices, and those that are to get them. */
export interface PodClaims {
  readonly allocated: readonly ResourceV1ResourceClaim[];
  readonly wanted: readonly WantedClaim[];
}

/** The claims of a pod; in words, why they can't be used (yet). */
export function claimsOf({ pod, namespace }: PodInfo, devices: DeviceCache): ResourceV1ResourceClaim[] | string {
  const found: ResourceV1ResourceClaim[] = [];
  const podKey = `${namespace}/${pod.metadata?.name}`;
  for (const { claimName, isKnown, isGenerated, name } of podResourceClaims(pod)) {
    if (!isKnown) return `pod ${JSON.stringify(podKey)}: ResourceClaim ${JSON.stringify(name)} not created yet`;
    if (claimName === undefined) continue;
    const claim = devices.claim(`${namespace}/${claimName}`);
    if (!claim) return `resourceclaim ${JSON.stringify(claimName)} not found`;
    if (isGenerated && !isControlledBy(claim, pod)) return `ResourceClaim ${keyOf(claim)} was not created for pod ${podKey} (pod is not owner)`;
    if (claim.metadata?.deletionTimestamp) return `resourceclaim ${JSON.stringify(claimName)} is being deleted`;
    found.push(claim);
  }
  return found;
}

/** What has to be allocated for a pod, or why the pod has no chance on any node. */
export function sortClaims(info: PodInfo, devices: DeviceCache): PodClaims | Rejection {
  const claims = claimsOf(info, devices);
  if (typeof claims === 'string') return rejection(claims);
  const allocated: ResourceV1ResourceClaim[] = [];
  const wanted: WantedClaim[] = [];
  for (const claim of claims) {
    if (devices.isPromised(keyOf(claim))) return rejection(`resource claim ${keyOf(claim)} is in the process of being allocated`, true);
    if (claim.status?.allocation) {
      if (!isReservedFor(claim, info.uid) && (claim.status.reservedFor?.length ?? 0) >= reservedForMax) return rejection('resourceclaim in use', true);
      allocated.push(claim);
      continue;
    }
    const made = wantedOf(claim, devices.classOf);
    if (typeof made === 'string') return rejection(made);
    wanted.push(made);
  }
  return { allocated, wanted };
}

/** Claims whose devices the node cannot reach. */
export const outOfReach = ({ allocated }: PodClaims, node: NodeInfo): ResourceV1ResourceClaim[] =>
  allocated.filter(({ status }) => {
    const selector = status?.allocation?.nodeSelector;
    return selector && !matchesNodeSelectorTerms(selector.nodeSelectorTerms, node);
  });

/** Devices for all claims that have none, on this node. */
export function chooseDevices(claims: PodClaims, node: NodeInfo, devices: DeviceCache): Choice[][] | Rejection {
  if (outOfReach(claims, node).length) return notOnNode;
  if (!claims.wanted.length) return [];
  try {
    return allocate(claims.wanted, { pools: devices.poolsFor(node.name), node, ...devices.inUse() }) ?? notEnough;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return rejection(`CEL runtime error: ${error.message}`);
  }
}
