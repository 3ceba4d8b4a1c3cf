import { resources, type Endpoints, type EndpointSlice, type ResourceType, type Service } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import type { ApiserverInternals } from '../pipeline/internals';
import { ensure } from './ensure';

const name = 'kubernetes';
const namespace = 'default';
const port = { name: 'https', protocol: 'TCP' } as const;

/** Where the Service leads. */
export interface KubernetesEndpoint {
  readonly address: string;
  readonly port: number;
}

/** The Service through which pods reach the apiserver. `targetPort` is for readers: there is no selector. */
export const kubernetesService = (clusterIP: string, securePort: number): Service => ({
  metadata: { name, namespace, labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: { type: 'ClusterIP', clusterIP, sessionAffinity: 'None', ports: [{ ...port, port: 443, targetPort: securePort }] },
});

/** The apiserver writes both forms itself, so mirroring is off (upstream's endpoints reconciler). */
export const kubernetesEndpoints = (endpoint: KubernetesEndpoint): Endpoints => ({
  metadata: { name, namespace, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
  subsets: [{ addresses: [{ ip: endpoint.address }], ports: [{ ...port, port: endpoint.port }] }],
});

export const kubernetesEndpointSlice = (endpoint: KubernetesEndpoint): EndpointSlice => ({
  metadata: { name, namespace, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [endpoint.address], conditions: { ready: true } }],
  ports: [{ ...port, port: endpoint.port }],
});

/** Creates the Service, with what the cluster's range gives it. An existing one stays as it is. */
export async function ensureKubernetesService(internals: ApiserverInternals, parts: { clusterIP: string; securePort: number }): Promise<void> {
  await ensure(internals, resources.services, kubernetesService(parts.clusterIP, parts.securePort));
}

const contents: readonly string[] = ['subsets', 'addressType', 'endpoints', 'ports'];

/** Makes both forms say what is so. There is one apiserver: whatever else they say is out of date. */
export async function reconcileEndpoints(internals: ApiserverInternals, endpoint: KubernetesEndpoint): Promise<void> {
  await replace(internals, resources.endpoints, kubernetesEndpoints(endpoint));
  await replace(internals, resources.endpointSlices, kubernetesEndpointSlice(endpoint));
}

async function replace<T extends KubernetesObject>(internals: ApiserverInternals, type: ResourceType<T>, wanted: T): Promise<void> {
  const stored = internals.objects.get(type, name, namespace);
  if (!stored) return ensure(internals, type, wanted);
  const next = withContents(stored, wanted);
  if (JSON.stringify(next) !== JSON.stringify(stored)) await internals.client.resource(type).update(next);
}

/** The stored object with the wanted contents and labels; the same object text when nothing differs. */
export function withContents<T extends KubernetesObject>(stored: T, wanted: T): T {
  const next: T = { ...stored, metadata: { ...stored.metadata, labels: { ...stored.metadata?.labels, ...wanted.metadata?.labels } } };
  for (const [field, value] of Object.entries(wanted)) if (contents.includes(field)) Object.assign(next, { [field]: value });
  return next;
}
