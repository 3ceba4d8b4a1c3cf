import { isServiceCidrReady, type ServiceCIDR } from '@typernetes/api';
import { ipv4RangeOf, type IpRange } from './ip-range';

/** The ServiceCIDR that the apiserver itself makes of `--service-cluster-ip-range`. */
export const defaultServiceCidrName = 'kubernetes';

/**
 * The ranges from which cluster IPs may be given out now (KEP-1880): those of ServiceCIDRs that are ready and not about to
 * go, the default one first. As long as that one has not been made, the flag's range stands for it.
 */
export function usableRanges(cidrs: readonly ServiceCIDR[], flagRange: IpRange): IpRange[] {
  const isDefault = ({ metadata }: ServiceCIDR): boolean => metadata?.name === defaultServiceCidrName;
  const defaults = cidrs.filter(isDefault);
  const others = cidrs.filter((cidr) => !isDefault(cidr));
  const ready = [...defaults.filter(isUsableDefault), ...others.filter(isServiceCidrReady)];
  const ranges = ready.flatMap(({ spec }) => (spec?.cidrs ?? []).flatMap((text) => ipv4RangeOf(text) ?? []));
  return defaults.length > 0 ? ranges : [flagRange, ...ranges];
}

/** A server that has just begun makes the object and says that it is ready in two steps; Services need not wait for the second. */
const isUsableDefault = (cidr: ServiceCIDR): boolean =>
  isServiceCidrReady(cidr) || (!cidr.metadata?.deletionTimestamp && !cidr.status?.conditions?.some(({ type }) => type === 'Ready'));
