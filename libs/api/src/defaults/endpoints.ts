import type { Endpoints, EndpointSlice } from '../generated/types';

export function defaultEndpoints({ subsets }: Endpoints): void {
  for (const { ports } of subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP';
}

export function defaultEndpointSlice({ ports }: EndpointSlice): void {
  for (const port of ports ?? []) {
    port.name ??= '';
    port.protocol ??= 'TCP';
  }
}
