import type { Endpoint, EndpointSlice, Service } from '@typernetes/api';
import { isDeepStrictEqual } from 'node:util';
import type { Backend, BackendGroup, ResolvedPort } from '../service-endpoints/backend';

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

/**
 * The fewest writes that make `existing` (our slices of one Service) show the backends: endpoints stay in the slice
 * where they are, new ones fill up slices that change anyway or have room, and only then come new slices.
 */
export function planSlices(service: Service, groups: readonly BackendGroup[], existing: readonly EndpointSlice[]): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], delete: [] };
  const addressType = service.spec?.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4';
  const labels = labelsOf(service);
  const unused = new Set(existing);
  // A Service without endpoints still has one slice, so that readers can tell "none" from "not yet".
  const wanted = groups.length ? groups : [{ ports: [], backends: [] }];
  for (const group of wanted) {
    const ports = portsOf(group.ports);
    const slices = existing.filter((slice) => slice.addressType === addressType && unused.has(slice) && isDeepStrictEqual(slice.ports ?? [], ports));
    for (const slice of slices) unused.delete(slice);
    fillSlices({ service, group, ports, labels, addressType, slices }, plan);
  }
  plan.delete.push(...unused);
  return plan;
}

interface Filling {
  service: Service;
  group: BackendGroup;
  ports: NonNullable<EndpointSlice['ports']>;
  labels: Record<string, string>;
  addressType: string;
  slices: EndpointSlice[];
}

function fillSlices({ service, group, ports, labels, addressType, slices }: Filling, plan: SlicePlan): void {
  const missing = new Map(group.backends.map((backend) => [backend.address, endpointOf(backend)]));
  const kept = slices.map((slice) => {
    const endpoints: Endpoint[] = [];
    for (const { addresses } of slice.endpoints ?? []) {
      const address = addresses[0] ?? '';
      const endpoint = missing.get(address);
      if (endpoint) endpoints.push(endpoint);
      missing.delete(address);
    }
    return { slice, endpoints };
  });
  const rest = [...missing.values()];
  for (const { endpoints } of kept.sort((a, b) => b.endpoints.length - a.endpoints.length)) {
    endpoints.push(...rest.splice(0, endpointsPerSliceMax - endpoints.length));
  }
  const isOnly = kept.length === 1 && !rest.length;
  for (const { slice, endpoints } of kept) {
    if (!endpoints.length && !isOnly) plan.delete.push(slice);
    else if (!isDeepStrictEqual(plain(slice.endpoints ?? []), plain(endpoints)) || !isDeepStrictEqual(slice.metadata?.labels, labels)) {
      plan.update.push({ ...slice, metadata: { ...slice.metadata, labels }, endpoints });
    }
  }
  const { name, namespace, uid } = service.metadata ?? {};
  while (rest.length || (!kept.length && !plan.create.length && !group.backends.length)) {
    plan.create.push({
      addressType,
      metadata: {
        generateName: `${name}-`,
        namespace,
        labels,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: name ?? '', uid: uid ?? '', controller: true, blockOwnerDeletion: true }],
      },
      endpoints: rest.splice(0, endpointsPerSliceMax),
      ports,
    });
  }
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

function endpointOf({ pod, address, nodeName, zone, hostname, ready, serving, terminating }: Backend): Endpoint {
  const { name, namespace, uid } = pod.metadata ?? {};
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', name, namespace, uid },
    ...(zone ? { zone } : {}),
  };
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
