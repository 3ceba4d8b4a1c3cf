import type { Service } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import { encodeStored, type Operation } from '@typernetes/storage';

/** Below `/registry/`: one key per address or port in use, written and removed with its Service. */
export const claimPaths = { ip: 't8s/ipallocations', port: 't8s/nodeports' } as const;

export const ipKey = (address: string): string => `/registry/${claimPaths.ip}/${address}`;
export const portKey = (port: number): string => `/registry/${claimPaths.port}/${port}`;

/** The address of a claim; undefined when it is of a port. */
export const addressOfClaim = (key: string): string | undefined => (key.startsWith(ipKey('')) ? key.slice(ipKey('').length) : undefined);

/** What a claim's value says. */
export interface Claim extends KubernetesObject {
  service: { namespace: string; name: string; uid: string };
}

const needsAddress = (service: Service): boolean => service.spec?.type !== 'ExternalName' && Boolean(service.spec?.clusterIP) && service.spec?.clusterIP !== 'None';

/** The keys of everything that a Service occupies. */
export function claimedKeys(service: Service | undefined): Set<string> {
  const keys = new Set<string>();
  if (!service?.spec) return keys;
  if (needsAddress(service)) for (const address of service.spec.clusterIPs ?? [service.spec.clusterIP ?? '']) keys.add(ipKey(address));
  for (const { nodePort } of service.spec.ports ?? []) if (nodePort) keys.add(portKey(nodePort));
  if (service.spec.healthCheckNodePort) keys.add(portKey(service.spec.healthCheckNodePort));
  return keys;
}

/** The write of one claim, which fails when somebody has it. */
export function claimOperation(key: string, service: Service): Operation {
  const { namespace = '', name = '', uid = '' } = service.metadata ?? {};
  const claim: Claim = { kind: 'Allocation', apiVersion: 't8s/v1', metadata: { name: key.slice(key.lastIndexOf('/') + 1) }, service: { namespace, name, uid } };
  return { type: 'put', key, value: encodeStored(claim), expected: 0 };
}
