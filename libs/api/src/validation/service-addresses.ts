import { isIP } from 'node:net';
import { fieldError } from '@typernetes/machinery';
import type { ServiceSpec } from '../generated/types';
import { checkCidr, checkIP, checkNonSpecialIP, checkOneOf, type Errors } from './checks';

const familiesMax = 2;
const headless = 'None';

export const familyOf = (ip: string): 'IPv4' | 'IPv6' => (isIP(ip) === 6 ? 'IPv6' : 'IPv4');

/** Addresses and families of a Service, each of which implies something about the other. */
export function checkClusterIPs(out: Errors, spec: ServiceSpec): void {
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy, type } = spec;
  if (type === 'ExternalName') {
    for (const name of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) {
      const value = spec[name];
      if (value !== undefined && value.length > 0) out.push(fieldError.forbidden(`spec.${name}`, 'may not be set for ExternalName services'));
    }
    if (clusterIP && clusterIPs.length === 0) out.push(fieldError.forbidden('spec.clusterIPs', 'may not be set for ExternalName services'));
    return;
  }
  if (clusterIP === '' && clusterIPs.length > 0) out.push(fieldError.invalid('spec.clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified'));
  if (clusterIP !== '' && clusterIPs.length === 0) out.push(fieldError.required('spec.clusterIPs'));
  else if (clusterIP !== '' && clusterIPs[0] !== clusterIP) out.push(fieldError.invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`'));
  ipFamilies.forEach((family, i) => {
    checkOneOf(out, `spec.ipFamilies[${i}]`, family, ['IPv4', 'IPv6']);
    if (ipFamilies.indexOf(family) < i) out.push(fieldError.duplicate(`spec.ipFamilies[${i}]`, family));
  });
  checkOneOf(out, 'spec.ipFamilyPolicy', ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']);
  checkEachClusterIP(out, clusterIPs, ipFamilies);
}

function checkEachClusterIP(out: Errors, clusterIPs: readonly string[], ipFamilies: readonly string[]): void {
  if (clusterIPs.length > familiesMax) out.push(fieldError.invalid('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values'));
  if (clusterIPs[0] === headless) {
    if (clusterIPs.length > 1) out.push(fieldError.invalid('spec.clusterIPs', clusterIPs, "'None' must be the first and only value"));
    return;
  }
  clusterIPs.forEach((ip, i) => {
    if (!checkIP(out, `spec.clusterIPs[${i}]`, ip)) return;
    const family = ipFamilies[i];
    if (family && family !== familyOf(ip)) {
      out.push(fieldError.invalid(`spec.clusterIPs[${i}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
    }
  });
  const [first, second] = clusterIPs;
  if (clusterIPs.length === familiesMax && first && second && familyOf(first) === familyOf(second)) {
    out.push(fieldError.invalid('spec.clusterIPs', clusterIPs, 'may specify no more than one IP for each IP family'));
  }
}

export function checkExternalAddresses(out: Errors, { externalIPs, loadBalancerSourceRanges, type }: ServiceSpec): void {
  externalIPs?.forEach((ip, i) => {
    if (checkIP(out, `spec.externalIPs[${i}]`, ip)) checkNonSpecialIP(out, `spec.externalIPs[${i}]`, ip);
  });
  if (!loadBalancerSourceRanges?.length) return;
  if (type !== 'LoadBalancer') out.push(fieldError.forbidden('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'"));
  loadBalancerSourceRanges.forEach((cidr, i) => checkCidr(out, `spec.LoadBalancerSourceRanges[${i}]`, cidr.trim()));
}
