import type { Endpoint, EndpointSlice, Service } from '@typernetes/api';
import type { OwnerReference } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { Backend, BackendGroup, ResolvedPort } from '../service-endpoints/backend';
import type { Hinting } from './hints';

/** Upstream's --max-endpoints-per-slice. */
export const endpointsPerSliceMax = 100;

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
const headlessLabel = 'service.kubernetes.io/headless';

export interface SlicePlan {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

/** The slices of one owner, apart from their endpoints. */
export interface SliceSet {
  /** Prefix of the names. */
  name: string;
  namespace?: string;
  owner: OwnerReference;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  addressType: string;
}

export interface EndpointGroup {
  ports: NonNullable<EndpointSlice['ports']>;
  endpoints: Endpoint[];
}

/** The writes that make `existing` (our slices of one Service) show the backends. */
export function planSlices(service: Service, { groups, hinting }: { groups: readonly BackendGroup[]; hinting: Hinting }, existing: readonly EndpointSlice[]): SlicePlan {
  const { name = '', namespace, uid = '' } = service.metadata ?? {};
  const set: SliceSet = {
    name,
    namespace,
    owner: { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true },
    labels: labelsOf(service),
    addressType: service.spec?.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4',
  };
  const wanted = groups.map(({ ports, backends }) => ({ ports: portsOf(ports), endpoints: backends.map((backend) => endpointOf(backend, hinting.of(backend))) }));
  // A Service without endpoints still has one slice, so that readers can tell "none" from "not yet".
  return planSliceSet(set, wanted.length ? wanted : [{ ports: [], endpoints: [] }], existing);
}

/**
 * The fewest writes that make `existing` show the groups: endpoints stay in the slice where they are, new ones fill up
 * slices that have room, and only then come new slices. A slice is of one group, by its ports.
 */
export function planSliceSet(set: SliceSet, groups: readonly EndpointGroup[], existing: readonly EndpointSlice[]): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], delete: [] };
  const unused = new Set(existing);
  for (const group of groups) {
    const slices = existing.filter((slice) => slice.addressType === set.addressType && unused.has(slice) && isDeepStrictEqual(plain(slice.ports ?? []), plain(group.ports)));
    for (const slice of slices) unused.delete(slice);
    fillSlices(set, group, slices, plan);
  }
  plan.delete.push(...unused);
  return plan;
}

function fillSlices(set: SliceSet, group: EndpointGroup, slices: readonly EndpointSlice[], plan: SlicePlan): void {
  const missing = new Map(group.endpoints.map((endpoint) => [endpoint.addresses[0] ?? '', endpoint]));
  const kept = slices.map((slice) => ({ slice, endpoints: takeKnown(slice, missing) }));
  const rest = [...missing.values()];
  for (const { endpoints } of kept.sort((a, b) => b.endpoints.length - a.endpoints.length)) {
    endpoints.push(...rest.splice(0, endpointsPerSliceMax - endpoints.length));
  }
  // The last slice of an empty group stays, empty.
  const [last] = group.endpoints.length ? [] : kept;
  for (const each of kept) {
    const { slice, endpoints } = each;
    if (!endpoints.length && each !== last) plan.delete.push(slice);
    else if (differs(set, slice, endpoints)) {
      plan.update.push({ ...slice, metadata: { ...slice.metadata, labels: set.labels, annotations: { ...slice.metadata?.annotations, ...set.annotations } }, endpoints });
    }
  }
  const { name, namespace, owner, labels, annotations, addressType } = set;
  let needsEmpty = !group.endpoints.length && !kept.length;
  while (rest.length || needsEmpty) {
    needsEmpty = false;
    const metadata = { generateName: `${name}-`, namespace, labels, ...(annotations ? { annotations } : {}), ownerReferences: [owner] };
    plan.create.push({ addressType, metadata, endpoints: rest.splice(0, endpointsPerSliceMax), ports: group.ports });
  }
}

/** Endpoints of the slice that are still wanted, as they are wanted now; they are taken out of `missing`. */
function takeKnown(slice: EndpointSlice, missing: Map<string, Endpoint>): Endpoint[] {
  return (slice.endpoints ?? []).flatMap(({ addresses }) => {
    const address = addresses[0] ?? '';
    const endpoint = missing.get(address);
    missing.delete(address);
    return endpoint ? [endpoint] : [];
  });
}

function differs({ labels, annotations = {} }: SliceSet, { metadata, endpoints: before }: EndpointSlice, endpoints: readonly Endpoint[]): boolean {
  return (
    !isDeepStrictEqual(plain(before ?? []), plain(endpoints)) ||
    !isDeepStrictEqual(metadata?.labels, labels) ||
    Object.entries(annotations).some(([key, value]) => metadata?.annotations?.[key] !== value)
  );
}

function labelsOf({ metadata, spec }: Service): Record<string, string> {
  const labels: Record<string, string> = {
    ...metadata?.labels,
    [serviceNameLabel]: metadata?.name ?? '',
    [managedByLabel]: 'endpointslice-controller.k8s.io',
  };
  if (spec?.clusterIP === 'None') labels[headlessLabel] = '';
  else delete labels[headlessLabel];
  return labels;
}

function portsOf(ports: readonly ResolvedPort[]): NonNullable<EndpointSlice['ports']> {
  return ports.map(({ name, port, protocol, appProtocol }) => ({ name, port, protocol, ...(appProtocol ? { appProtocol } : {}) }));
}

function endpointOf(backend: Backend, hints: Endpoint['hints']): Endpoint {
  const { pod, address, nodeName, zone, hostname, ready, serving, terminating } = backend;
  const { name, namespace, uid } = pod.metadata ?? {};
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', name, namespace, uid },
    ...(zone ? { zone } : {}),
    ...(hints ? { hints } : {}),
  };
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
