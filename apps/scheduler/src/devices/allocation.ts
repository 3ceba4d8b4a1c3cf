import type { AllocationResult, DeviceAllocationConfiguration, DeviceClass, DeviceRequestAllocationResult, NodeSelector, NodeSelectorTerm, ResourceV1ResourceClaim } from '@typernetes/api';
import type { PooledDevice } from './device-pools';
import type { Wanted } from './wanted';

/** A device that was chosen for a request. */
export interface Choice {
  readonly wanted: Wanted;
  readonly device: PooledDevice;
}

/** What a claim's status says when these devices are its own. */
export function allocationOf({ spec }: ResourceV1ResourceClaim, choices: readonly Choice[], classOf: (name: string) => DeviceClass | undefined): AllocationResult {
  const results = choices.map(({ wanted, device }): DeviceRequestAllocationResult => ({
    request: wanted.name,
    driver: device.driver,
    pool: device.pool.name,
    device: device.device.name,
    ...(wanted.adminAccess ? { adminAccess: true } : {}),
    ...(wanted.tolerations.length ? { tolerations: [...wanted.tolerations] } : {}),
  }));
  const config = configOf(spec.devices?.config ?? [], choices, classOf);
  const nodeSelector = nodeSelectorOf(choices);
  return { devices: { results, ...(config.length ? { config } : {}) }, ...(nodeSelector ? { nodeSelector } : {}) };
}

type ClaimConfig = NonNullable<NonNullable<ResourceV1ResourceClaim['spec']['devices']>['config']>;

/** The classes' configuration for each request, then the claim's own, as far as it is about requests that are there. */
function configOf(own: ClaimConfig, choices: readonly Choice[], classOf: (name: string) => DeviceClass | undefined): DeviceAllocationConfiguration[] {
  const requests = new Map(choices.map(({ wanted }) => [wanted.name, wanted]));
  const config: DeviceAllocationConfiguration[] = [];
  for (const [name, { className }] of requests) {
    for (const { opaque } of classOf(className)?.spec.config ?? []) config.push({ source: 'FromClass', requests: [name], ...(opaque ? { opaque } : {}) });
  }
  for (const { requests: names = [], opaque } of own) {
    const isMeant = names.length === 0 || [...requests.values()].some((wanted) => names.includes(wanted.name) || names.includes(wanted.parent));
    if (isMeant) config.push({ source: 'FromClaim', ...(names.length ? { requests: names } : {}), ...(opaque ? { opaque } : {}) });
  }
  return config;
}

/** Nodes that reach all devices: the requirements of all of them in one term. Undefined: every node does. */
function nodeSelectorOf(choices: readonly Choice[]): NodeSelector | undefined {
  const merged: Required<NodeSelectorTerm> = { matchExpressions: [], matchFields: [] };
  const add = <T>(to: T[], items: readonly T[] = []): void => {
    for (const item of items) if (!to.some((known) => JSON.stringify(known) === JSON.stringify(item))) to.push(item);
  };
  for (const { device } of choices) {
    // Slices have one term at most (validation).
    const [term] = device.nodes?.nodeSelectorTerms ?? [];
    add(merged.matchExpressions, term?.matchExpressions);
    add(merged.matchFields, term?.matchFields);
  }
  const { matchExpressions, matchFields } = merged;
  if (!matchExpressions.length && !matchFields.length) return undefined;
  return { nodeSelectorTerms: [{ ...(matchExpressions.length ? { matchExpressions } : {}), ...(matchFields.length ? { matchFields } : {}) }] };
}
