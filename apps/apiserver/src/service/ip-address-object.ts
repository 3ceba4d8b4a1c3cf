/**
 * The IPAddress object of each cluster IP (KEP-1880). It is written and removed in the transaction of its Service, beside
 * the claim: the claim is what allocation goes by, since nobody can delete it by hand; the object is what users see.
 */
import { randomUUID } from 'node:crypto';
import { resources, type IPAddress, type Service } from '@typernetes/api';
import { formatApiVersion, type KubernetesObject } from '@typernetes/machinery';
import { encodeStored, type Operation } from '@typernetes/storage';

export const managedByLabel = 'ipaddress.kubernetes.io/managed-by';
export const allocatorName = 'ipallocator.k8s.io';
const familyLabel = 'ipaddress.kubernetes.io/ip-family';

/** Where the store has it. */
export const ipAddressKey = (address: string): string => `/registry/ipaddresses/${address}`;

const parentOf = ({ metadata }: Service): { group: string; resource: string; namespace: string; name: string } => ({
  group: '',
  resource: 'services',
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
});

/** @param now an instant in the API's form */
export function ipAddressOf(address: string, service: Service, now: string): IPAddress & KubernetesObject {
  return {
    kind: resources.ipAddresses.kind,
    apiVersion: formatApiVersion(resources.ipAddresses),
    metadata: {
      name: address,
      uid: randomUUID(),
      creationTimestamp: now,
      labels: { [familyLabel]: address.includes(':') ? 'IPv6' : 'IPv4', [managedByLabel]: allocatorName },
    },
    spec: { parentRef: parentOf(service) },
  };
}

/** Was it made for a Service by an apiserver? Others are users' own: they keep an address from being given out, no more. */
export const isAllocators = ({ metadata }: IPAddress): boolean => metadata?.labels?.[managedByLabel] === allocatorName;

export function isParent({ spec }: IPAddress, service: Service): boolean {
  const { group = '', resource, namespace, name } = spec?.parentRef ?? {};
  const wanted = parentOf(service);
  return group === '' && resource === wanted.resource && namespace === wanted.namespace && name === wanted.name;
}

/** @param expected revision of the one in its place; 0: there must be none */
export function ipAddressOperation(address: string, service: Service, { now, expected = 0 }: { now: string; expected?: number }): Operation {
  return { type: 'put', key: ipAddressKey(address), value: encodeStored(ipAddressOf(address, service, now)), expected };
}
