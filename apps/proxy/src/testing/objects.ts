import type { EndpointSlice, Node, Service } from '@typernetes/api';

type ServiceSpec = NonNullable<Service['spec']>;

/** A Service `default/<name>` with TCP port 80 (or the given spec). */
export function serviceOf(name: string, spec: Partial<ServiceSpec> = {}, ingress: string[] = []): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.50', ports: [{ port: 80, protocol: 'TCP', name: 'http' }], ...spec },
    status: { loadBalancer: { ingress: ingress.map((ip) => ({ ip, ipMode: 'VIP' })) } },
  };
}

export interface EndpointOf {
  ip: string;
  node?: string;
  ready?: boolean;
  serving?: boolean;
  terminating?: boolean;
  forNodes?: string[];
  forZones?: string[];
}

/** The slice of `default/<service>`; endpoints are addresses or addresses with conditions. */
export function sliceOf(service: string, endpoints: (string | EndpointOf)[], port = { name: 'http', port: 80, protocol: 'TCP' }): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${service}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    ports: [port],
    endpoints: endpoints.map((given) => {
      const { ip, node = 'node', forNodes, forZones, ...conditions }: EndpointOf = typeof given === 'string' ? { ip: given } : given;
      const hints = { forNodes: forNodes?.map((name) => ({ name })), forZones: forZones?.map((name) => ({ name })) };
      return { addresses: [ip], nodeName: node, conditions: { ready: true, ...conditions }, ...(forNodes || forZones ? { hints } : {}) };
    }),
  };
}

export function nodeOf(name: string, internalIP: string, podCIDR: string, ready = true): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: { podCIDR },
    status: {
      addresses: [{ type: 'InternalIP', address: internalIP }],
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }],
    },
  };
}
