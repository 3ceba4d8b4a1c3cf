import { isServiceCidrReady, type IPAddress, type ServiceCIDR } from '@typernetes/api';
import ipaddr from 'ipaddr.js';

/** Keeps a ServiceCIDR as long as addresses of it are in use (KEP-1880). */
export const serviceCidrFinalizer = 'networking.k8s.io/service-cidr-finalizer';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

const rangesOf = ({ spec }: ServiceCIDR): Range[] => (spec?.cidrs ?? []).map((text) => ipaddr.parseCIDR(text));

function contains([network, bits]: Range, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return network.kind() === address.kind() && address.match([network, bits] as [ipaddr.IPv4, number] & [ipaddr.IPv6, number]);
}

/** Is every address of `inner` one of `outer`? */
const covers = (outer: Range, inner: Range): boolean => inner[1] >= outer[1] && contains(outer, inner[0]);

export const hasAddress = (cidr: ServiceCIDR, address: string): boolean => ipaddr.isValid(address) && rangesOf(cidr).some((range) => contains(range, ipaddr.parse(address)));

const isAllocated = ({ metadata }: IPAddress): boolean => metadata?.labels?.['ipaddress.kubernetes.io/managed-by'] === 'ipallocator.k8s.io';

/**
 * May a ServiceCIDR that is to be deleted go? Yes, if other ones cover it, or have all addresses of it that are in use.
 * `others` are all that there are; those that go themselves do not count.
 */
export function canBeDeleted(cidr: ServiceCIDR, others: readonly ServiceCIDR[], addresses: readonly IPAddress[]): boolean {
  const staying = others.filter((other) => other.metadata?.name !== cidr.metadata?.name && isServiceCidrReady(other)).flatMap(rangesOf);
  const uncovered = rangesOf(cidr).filter((range) => !staying.some((outer) => covers(outer, range)));
  return !addresses.some(({ metadata, ...rest }) => {
    const address = ipaddr.parse(metadata?.name ?? '');
    return isAllocated({ metadata, ...rest }) && uncovered.some((range) => contains(range, address)) && !staying.some((range) => contains(range, address));
  });
}
