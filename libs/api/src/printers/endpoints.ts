import type { Endpoints, EndpointSlice } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, nameOf } from './cells';

/** So many are shown; the rest is a number. */
const shownMax = 3;

function firstFew(texts: readonly string[]): string {
  if (texts.length <= shownMax) return texts.join(',');
  return `${texts.slice(0, shownMax).join(',')} + ${texts.length - shownMax} more...`;
}

export const endpointsPrinter: TablePrinter<Endpoints> = {
  columns: columns('endpoints', ['Name', 'Endpoints', 'Age']),
  row(endpoints, nowMs) {
    const texts = (endpoints.subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
      ports.length ? ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip, port))) : addresses.map(({ ip }) => ip),
    );
    return [nameOf(endpoints), texts.length ? firstFew(texts) : '<none>', age(endpoints, nowMs)];
  },
};

function hostPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

export const endpointSlicePrinter: TablePrinter<EndpointSlice> = {
  columns: columns('endpoint slice', ['Name', 'AddressType', 'Ports', 'Endpoints', 'Age']),
  row(slice, nowMs) {
    const ports = (slice.ports ?? []).map(({ port, name }) => (port === undefined ? (name || '*') : String(port)));
    const addresses = (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
    return [
      nameOf(slice),
      slice.addressType,
      ports.length ? firstFew(ports) : '<unset>',
      addresses.length ? firstFew(addresses) : '<unset>',
      age(slice, nowMs),
    ];
  },
};
