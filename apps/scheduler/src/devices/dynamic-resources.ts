import type { ResourceV1ResourceClaim } from '@typernetes/api';
import { keyOf, type ApiClient } from '@typernetes/client';
import { podResourceClaims } from '@typernetes/machinery';
import { always, type QueueingHints } from '../framework/cluster-event';
import type { SchedulerPlugin } from '../framework/plugin';
import type { PodInfo } from '../framework/pod-info';
import { allocationOf, type Choice } from './allocation';
import { chooseDevices, claimsOf, outOfReach, pluginName, sortClaims, type PodClaims } from './choose-devices';
import type { DeviceCache } from './device-cache';
import { deallocate, isReservedFor, reserve, unreserve } from './reserve';

export interface DynamicResourcesParts {
  readonly devices: DeviceCache;
  readonly client: ApiClient;
}

const hasClaims = ({ pod }: PodInfo): boolean => (pod.spec?.resourceClaims?.length ?? 0) > 0;

/** Nodes on which the devices that a pod claims can be had (KEP-4381). They are written into the claims before the pod is bound. */
export function dynamicResources({ devices, client }: DynamicResourcesParts): SchedulerPlugin {
  /** Claims whose devices some node could not reach, of the pod's last try. */
  const far = new WeakMap<PodInfo, Set<string>>();
  const readyClaims = (info: PodInfo): ResourceV1ResourceClaim[] => {
    const claims = hasClaims(info) ? claimsOf(info, devices) : [];
    return typeof claims === 'string' ? [] : claims;
  };
  return {
    name: pluginName,
    hints: deviceHints,
    preEnqueue: (info) => {
      const claims = hasClaims(info) ? claimsOf(info, devices) : undefined;
      return typeof claims === 'string' ? claims : undefined;
    },
    prepareFilter(info) {
      if (!hasClaims(info)) return undefined;
      const tooFar = new Set<string>();
      far.set(info, tooFar);
      const claims = sortClaims(info, devices);
      if ('plugin' in claims) return () => ({ ...claims, ofPod: true });
      return (node) => {
        for (const claim of outOfReach(claims, node)) tooFar.add(keyOf(claim));
        const choices = chooseDevices(claims, node, devices);
        return 'plugin' in choices ? choices : undefined;
      };
    },
    postFilter(info) {
      const tooFar = far.get(info);
      // One is enough: after it the pod may fit. Upstream takes one at random.
      const spare = readyClaims(info).find((claim) => tooFar?.has(keyOf(claim)) && claim.status?.allocation && (claim.status.reservedFor ?? []).every(({ uid }) => uid === info.uid));
      return spare && deallocate(client, spare).then((written) => devices.settle(keyOf(spare), written));
    },
    preBind(info, node) {
      if (!hasClaims(info)) return undefined;
      const claims = sortClaims(info, devices);
      if ('plugin' in claims) throw new Error(claims.reasons.join(', '));
      const choices = chooseDevices(claims, node, devices);
      if ('plugin' in choices) throw new Error(choices.reasons.join(', '));
      claims.wanted.forEach(({ claim }, i) => devices.promise(keyOf(claim), choices[i] ?? []));
      return writeClaims(info, { claims, choices }, { devices, client });
    },
    async unreserve(info) {
      for (const claim of readyClaims(info)) if (isReservedFor(claim, info.uid)) devices.settle(keyOf(claim), await unreserve(client, claim, info.uid));
    },
  };
}

async function writeClaims({ pod }: PodInfo, { claims: { allocated, wanted }, choices }: { claims: PodClaims; choices: readonly Choice[][] }, { devices, client }: DynamicResourcesParts): Promise<void> {
  try {
    for (const [i, { claim }] of wanted.entries()) {
      devices.settle(keyOf(claim), await reserve(client, claim, pod, allocationOf(claim, choices[i] ?? [], devices.classOf)));
    }
    for (const claim of allocated) devices.settle(keyOf(claim), await reserve(client, claim, pod));
  } finally {
    for (const { claim } of wanted) if (devices.isPromised(keyOf(claim))) devices.settle(keyOf(claim), undefined);
  }
}

/** Devices that somebody gave back may help anybody who waits; other news of a claim those who use it. */
const claimHint = ({ pod, namespace }: PodInfo, { claim }: { readonly claim: ResourceV1ResourceClaim }): boolean =>
  !claim.status?.allocation || (claim.metadata?.namespace === namespace && podResourceClaims(pod).some(({ claimName }) => claimName === claim.metadata?.name));

const deviceHints: QueueingHints = {
  NodeAdd: always,
  NodeUpdateLabel: always,
  ResourceClaimAdd: claimHint,
  ResourceClaimUpdate: claimHint,
  ResourceClaimDelete: always,
  ResourceSliceAdd: always,
  ResourceSliceUpdate: always,
  DeviceClassAdd: always,
  DeviceClassUpdate: always,
};
