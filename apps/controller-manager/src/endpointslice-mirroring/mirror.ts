import type { EndpointAddress, EndpointSlice, Endpoints, Service } from '@typernetes/api';
import type { EndpointGroup, SlicePlan, SliceSet } from '../endpointslice/slice-plan';
import { managedByLabel, planSliceSet, serviceNameLabel } from '../endpointslice/slice-plan';

export const mirroringManager = 'endpointslicemirroring-controller.k8s.io';

/** Upstream's --mirroring-max-endpoints-per-subset: more are not mirrored. */
export const endpointsPerSubsetMax = 1000;

const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const electionAnnotation = 'control-plane.alpha.kubernetes.io/leader';
/** Says nothing about the slice. */
const ownAnnotations = new Set(['endpoints.kubernetes.io/last-change-trigger-time', 'kubectl.kubernetes.io/last-applied-configuration']);

/** Endpoints that somebody keeps by hand for a Service without selector (KEP-752); locks of leader elections are none. */
export function shouldMirror(endpoints: Endpoints | undefined, service: Service | undefined): endpoints is Endpoints {
  if (!endpoints || !service || Object.keys(service.spec?.selector ?? {}).length) return false;
  return endpoints.metadata?.labels?.[skipLabel] !== 'true' && endpoints.metadata?.annotations?.[electionAnnotation] === undefined;
}

/** The writes that make `existing` mirror the Endpoints; per address family, since a slice has one. */
export function planMirror(endpoints: Endpoints, existing: readonly EndpointSlice[]): SlicePlan {
  const { name = '', namespace, uid = '' } = endpoints.metadata ?? {};
  const annotations = Object.fromEntries(Object.entries(endpoints.metadata?.annotations ?? {}).filter(([key]) => !ownAnnotations.has(key)));
  const set: Omit<SliceSet, 'addressType'> = {
    name,
    namespace,
    owner: { apiVersion: 'v1', kind: 'Endpoints', name, uid, controller: true, blockOwnerDeletion: true },
    labels: { ...endpoints.metadata?.labels, [serviceNameLabel]: name, [managedByLabel]: mirroringManager },
    ...(Object.keys(annotations).length ? { annotations } : {}),
  };
  const plans = (['IPv4', 'IPv6'] as const).map((addressType) =>
    planSliceSet({ ...set, addressType }, groupsOf(endpoints, addressType), existing.filter((slice) => slice.addressType === addressType)),
  );
  return {
    create: plans.flatMap(({ create }) => create),
    update: plans.flatMap(({ update }) => update),
    delete: plans.flatMap((plan) => plan.delete),
  };
}

function groupsOf({ subsets = [] }: Endpoints, addressType: 'IPv4' | 'IPv6'): EndpointGroup[] {
  const groups = new Map<string, EndpointGroup>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const ofFamily = ({ ip }: EndpointAddress): boolean => ip.includes(':') === (addressType === 'IPv6');
    const found = [
      ...addresses.filter(ofFamily).map((address) => endpointOf(address, true)),
      ...notReadyAddresses.filter(ofFamily).map((address) => endpointOf(address, false)),
    ].slice(0, endpointsPerSubsetMax);
    if (!found.length) continue;
    const slicePorts = ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({ name, port, protocol, ...(appProtocol ? { appProtocol } : {}) }));
    const key = JSON.stringify(slicePorts);
    const group = groups.get(key);
    if (group) group.endpoints.push(...found);
    else groups.set(key, { ports: slicePorts, endpoints: found });
  }
  return [...groups.values()];
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): EndpointGroup['endpoints'][number] {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}
