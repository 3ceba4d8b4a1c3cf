import { BlockList, isIP } from 'node:net';
import { fieldError, validateLabelSelector, type FieldError } from '@typernetes/machinery';
import type { IPAddress, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, ServiceCIDR } from '../generated/types';
import { checkCidr, checkImmutable, checkOneOf, checkPort, checkPortOrName, checkRequired, isCidr, type Errors } from './checks';
import { protocols } from './container';

/** Whether every address of `inner` is one of `outer`, and not the other way round. */
function isStrictSubset(inner: string, outer: string): boolean {
  const [[innerIp = '', innerBits], [outerIp = '', outerBits]] = [inner.split('/'), outer.split('/')];
  const family = isIP(outerIp) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(outerIp, Number(outerBits), family);
  return isIP(innerIp) === isIP(outerIp) && Number(innerBits) > Number(outerBits) && list.check(innerIp, family);
}

function checkPeer(out: Errors, field: string, { ipBlock, podSelector, namespaceSelector }: NetworkPolicyPeer): void {
  if (!ipBlock && !podSelector && !namespaceSelector) {
    out.push(fieldError.required(field, 'must specify a peer'));
    return;
  }
  if (ipBlock && (podSelector || namespaceSelector)) out.push(fieldError.forbidden(field, 'may not specify both ipBlock and another peer'));
  out.push(...validateLabelSelector(podSelector, `${field}.podSelector`), ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`));
  if (!ipBlock || !checkRequired(out, `${field}.ipBlock.cidr`, ipBlock.cidr)) return;
  checkCidr(out, `${field}.ipBlock.cidr`, ipBlock.cidr);
  ipBlock.except?.forEach((except, i) => {
    const path = `${field}.ipBlock.except[${i}]`;
    checkCidr(out, path, except);
    if (isCidr(except) && isCidr(ipBlock.cidr) && !isStrictSubset(except, ipBlock.cidr)) out.push(fieldError.invalid(path, except, 'must be a strict subset of `cidr`'));
  });
}

function checkPolicyPort(out: Errors, field: string, { protocol, port, endPort }: NetworkPolicyPort): void {
  checkOneOf(out, `${field}.protocol`, protocol, protocols);
  if (port !== undefined) checkPortOrName(out, `${field}.port`, port);
  if (endPort === undefined) return;
  const path = `${field}.endPort`;
  if (port === undefined) out.push(fieldError.required(`${field}.port`, 'must be specified when `endPort` is specified'));
  else if (typeof port === 'string') out.push(fieldError.forbidden(path, 'may not be specified when `port` is non-numeric'));
  else {
    checkPort(out, path, endPort);
    if (endPort < port) out.push(fieldError.invalid(path, endPort, 'must be greater than or equal to `port`'));
  }
}

export function validateNetworkPolicyCreate({ spec = {} }: NetworkPolicy): FieldError[] {
  const out: Errors = [...validateLabelSelector(spec.podSelector, 'spec.podSelector')];
  const check = (field: string, ports: NetworkPolicyPort[] | undefined, [name, peers]: [string, NetworkPolicyPeer[] | undefined]): void => {
    ports?.forEach((port, i) => checkPolicyPort(out, `${field}.ports[${i}]`, port));
    peers?.forEach((peer, i) => checkPeer(out, `${field}.${name}[${i}]`, peer));
  };
  spec.ingress?.forEach(({ ports, from }, i) => check(`spec.ingress[${i}]`, ports, ['from', from]));
  spec.egress?.forEach(({ ports, to }, i) => check(`spec.egress[${i}]`, ports, ['to', to]));
  const types = spec.policyTypes ?? [];
  if (types.length > 2) out.push(fieldError.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes'));
  else types.forEach((type, i) => checkOneOf(out, `spec.policyTypes[${i}]`, type, ['Egress', 'Ingress']));
  return out;
}

export const validateNetworkPolicyUpdate = (next: NetworkPolicy, _previous: NetworkPolicy): FieldError[] => validateNetworkPolicyCreate(next);

export function validateServiceCIDRCreate({ spec }: ServiceCIDR): FieldError[] {
  const out: Errors = [];
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) out.push(fieldError.required('spec.cidrs', 'at least one CIDR required'));
  if (cidrs.length > 2) out.push(fieldError.invalid('spec.cidrs', spec, 'may only hold up to 2 values'));
  cidrs.forEach((cidr, i) => checkCidr(out, `spec.cidrs[${i}]`, cidr));
  const families = cidrs.map((cidr) => isIP(cidr.split('/')[0] ?? ''));
  if (cidrs.length === 2 && families[0] === families[1]) out.push(fieldError.invalid('spec.cidrs', spec, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'));
  return out;
}

/** A range stays what it is; a second one, of the other family, may come (KEP-1880). */
export function validateServiceCIDRUpdate(next: ServiceCIDR, previous: ServiceCIDR): FieldError[] {
  const [cidrs, before] = [next.spec?.cidrs ?? [], previous.spec?.cidrs ?? []];
  const isUpgrade = before.length === 1 && cidrs.length === 2;
  if (cidrs.length !== before.length && !isUpgrade) return [fieldError.invalid('spec.cidrs', cidrs, 'field is immutable')];
  const out: Errors = [];
  before.forEach((cidr, i) => checkImmutable(out, `spec.cidrs[${i}]`, [cidrs[i], cidr]));
  return out.length === 0 && isUpgrade ? validateServiceCIDRCreate(next) : out;
}

export function validateIPAddressCreate({ spec }: IPAddress): FieldError[] {
  const out: Errors = [];
  const parent = spec?.parentRef;
  if (!checkRequired(out, 'spec.parentRef', parent)) return out;
  checkRequired(out, 'spec.parentRef.resource', parent?.resource);
  checkRequired(out, 'spec.parentRef.name', parent?.name);
  return out;
}

export function validateIPAddressUpdate(next: IPAddress, previous: IPAddress): FieldError[] {
  const out: Errors = [];
  checkImmutable(out, 'spec.parentRef', [next.spec?.parentRef, previous.spec?.parentRef]);
  return out;
}
