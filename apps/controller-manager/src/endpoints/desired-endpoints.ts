import type { EndpointAddress, Endpoints, EndpointSubset, Service } from '@typernetes/api';
import type { Backend, BackendGroup } from '../service-endpoints/backend';

/** More addresses do not go into one Endpoints object; EndpointSlices have all. */
export const addressesMax = 1000;

const overCapacity = 'endpoints.kubernetes.io/over-capacity';
const managedBy = 'endpoints.kubernetes.io/managed-by';

/** The Endpoints object that a Service's backends make, on top of what is there. */
export function desiredEndpoints(service: Service, groups: readonly BackendGroup[], existing?: Endpoints): Endpoints {
  let room = addressesMax;
  let total = 0;
  const subsets: EndpointSubset[] = [];
  for (const { ports, backends } of groups) {
    // The old kind has no way to say "terminating": such pods are just gone.
    const alive = backends.filter(({ terminating, ready }) => !terminating || ready);
    total += alive.length;
    const shown = alive.slice(0, room);
    room -= shown.length;
    const addresses = shown.filter(({ ready }) => ready).map(addressOf);
    const notReadyAddresses = shown.filter(({ ready }) => !ready).map(addressOf);
    if (!shown.length) continue;
    subsets.push({
      ...(addresses.length ? { addresses } : {}),
      ...(notReadyAddresses.length ? { notReadyAddresses } : {}),
      ...(ports.length ? { ports: ports.map(({ name, port, ...rest }) => ({ ...(name ? { name } : {}), port: port ?? 0, ...rest })) } : {}),
    });
  }
  const annotations = { ...existing?.metadata?.annotations };
  if (total > addressesMax) annotations[overCapacity] = 'truncated';
  else delete annotations[overCapacity];
  const labels: Record<string, string> = { ...service.metadata?.labels, [managedBy]: 'endpoint-controller' };
  if (service.spec?.clusterIP === 'None') labels['service.kubernetes.io/headless'] = '';
  else delete labels['service.kubernetes.io/headless'];
  return {
    metadata: {
      ...existing?.metadata,
      name: service.metadata?.name,
      namespace: service.metadata?.namespace,
      labels,
      ...(Object.keys(annotations).length ? { annotations } : { annotations: undefined }),
    },
    ...(subsets.length ? { subsets } : {}),
  };
}

function addressOf({ address, nodeName, hostname, pod }: Backend): EndpointAddress {
  const { name, namespace, uid } = pod.metadata ?? {};
  return {
    ip: address,
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}
