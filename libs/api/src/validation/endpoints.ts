import { isIP } from 'node:net';
import { fieldError, validateDns1123Label, validateDns1123Subdomain, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import type { CoreV1EndpointPort, Endpoint, Endpoints, EndpointSlice } from '../generated/types';
import { checkImmutable, checkIP, checkNonSpecialIP, checkPort, checkRequiredOneOf, checkWith, type Errors } from './checks';
import { protocols } from './container';

const endpointsMax = 1000;
const addressesMax = 100;
const portsMax = 20_000;

function checkEndpointPort(out: Errors, field: string, { port, isNameRequired }: { port: CoreV1EndpointPort; isNameRequired: boolean }): void {
  if (isNameRequired && !port.name) out.push(fieldError.required(`${field}.name`));
  else if (port.name) checkWith(out, `${field}.name`, port.name, validateDns1123Label);
  checkPort(out, `${field}.port`, port.port ?? 0);
  checkRequiredOneOf(out, `${field}.protocol`, port.protocol, protocols);
  if (port.appProtocol) checkWith(out, `${field}.appProtocol`, port.appProtocol, validateQualifiedName);
}

export function validateEndpointsCreate({ subsets }: Endpoints): FieldError[] {
  const out: Errors = [];
  subsets?.forEach(({ addresses = [], notReadyAddresses = [], ports = [] }, i) => {
    const field = `subsets[${i}]`;
    if (addresses.length + notReadyAddresses.length === 0) out.push(fieldError.required(field, 'must specify `addresses` or `notReadyAddresses`'));
    for (const [name, list] of Object.entries({ addresses, notReadyAddresses })) {
      list.forEach(({ ip, hostname, nodeName }, a) => {
        const path = `${field}.${name}[${a}]`;
        if (checkIP(out, `${path}.ip`, ip)) checkNonSpecialIP(out, `${path}.ip`, ip);
        if (hostname) checkWith(out, `${path}.hostname`, hostname, validateDns1123Label);
        if (nodeName) checkWith(out, `${path}.nodeName`, nodeName, validateDns1123Subdomain);
      });
    }
    ports.forEach((port, p) => checkEndpointPort(out, `${field}.ports[${p}]`, { port, isNameRequired: ports.length > 1 }));
  });
  return out;
}

export function validateEndpointsUpdate(next: Endpoints, _previous: Endpoints): FieldError[] {
  return validateEndpointsCreate(next);
}

function checkAddress(out: Errors, field: string, { address, addressType }: { address: string; addressType: string }): void {
  if (addressType === 'FQDN') return checkWith(out, field, address, validateDns1123Subdomain);
  // Of another type nothing is known but that there is none such, which is said already.
  if ((addressType !== 'IPv4' && addressType !== 'IPv6') || !checkIP(out, field, address)) return;
  if (isIP(address) !== (addressType === 'IPv4' ? 4 : 6)) out.push(fieldError.invalid(field, address, `must be an ${addressType} address`));
  else checkNonSpecialIP(out, field, address);
}

function checkEndpoint(out: Errors, field: string, { endpoint, addressType }: { endpoint: Endpoint; addressType: string }): void {
  const { addresses = [], hostname, nodeName, hints, deprecatedTopology } = endpoint;
  if (addresses.length === 0) out.push(fieldError.required(`${field}.addresses`, 'must contain at least 1 address'));
  else if (addresses.length > addressesMax) out.push(fieldError.tooMany(`${field}.addresses`, addressesMax));
  addresses.forEach((address, a) => checkAddress(out, `${field}.addresses[${a}]`, { address, addressType }));
  if (nodeName !== undefined) checkWith(out, `${field}.nodeName`, nodeName, validateDns1123Subdomain);
  if (hostname !== undefined) checkWith(out, `${field}.hostname`, hostname, validateDns1123Label);
  if (deprecatedTopology && 'kubernetes.io/hostname' in deprecatedTopology) {
    out.push(fieldError.invalid(`${field}.deprecatedTopology[kubernetes.io/hostname]`, deprecatedTopology['kubernetes.io/hostname'], 'hostname label is not allowed'));
  }
  for (const [list, values] of Object.entries({ forZones: hints?.forZones, forNodes: hints?.forNodes })) {
    const seen = new Set<string>();
    values?.forEach(({ name }, i) => {
      if (!name) out.push(fieldError.required(`${field}.hints.${list}[${i}].name`));
      if (seen.has(name)) out.push(fieldError.duplicate(`${field}.hints.${list}[${i}].name`, name));
      seen.add(name);
    });
  }
}

export function validateEndpointSliceCreate({ addressType, endpoints = [], ports = [] }: EndpointSlice): FieldError[] {
  const out: Errors = [];
  checkRequiredOneOf(out, 'addressType', addressType, ['FQDN', 'IPv4', 'IPv6']);
  if (endpoints.length > endpointsMax) out.push(fieldError.tooMany('endpoints', endpointsMax));
  endpoints.forEach((endpoint, i) => checkEndpoint(out, `endpoints[${i}]`, { endpoint, addressType }));
  if (ports.length > portsMax) out.push(fieldError.tooMany('ports', portsMax));
  const names = new Set<string>();
  ports.forEach(({ name = '', port, protocol, appProtocol }, i) => {
    if (name) checkWith(out, `ports[${i}].name`, name, validateDns1123Label);
    if (names.has(name)) out.push(fieldError.duplicate(`ports[${i}].name`, name));
    names.add(name);
    checkRequiredOneOf(out, `ports[${i}].protocol`, protocol, protocols);
    if (port !== undefined) checkPort(out, `ports[${i}].port`, port);
    if (appProtocol) checkWith(out, `ports[${i}].appProtocol`, appProtocol, validateQualifiedName);
  });
  return out;
}

export function validateEndpointSliceUpdate(next: EndpointSlice, previous: EndpointSlice): FieldError[] {
  const out = validateEndpointSliceCreate(next);
  checkImmutable(out, 'addressType', [next.addressType, previous.addressType]);
  return out;
}
