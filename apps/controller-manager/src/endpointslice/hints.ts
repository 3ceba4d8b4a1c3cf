import type { EndpointHints } from '@typernetes/api';
import type { Backend } from '../service-endpoints/backend';

/**
 * Who shall use an endpoint, by the Service's `trafficDistribution` (KEP 3015): its own zone, or its own node and after
 * that its zone. None for what gets no traffic, nor without the wish.
 */
export function hintsFor({ ready, zone, nodeName }: Backend, trafficDistribution: string | undefined): EndpointHints | undefined {
  if (!ready) return undefined;
  const forZones = zone ? { forZones: [{ name: zone }] } : undefined;
  switch (trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return forZones;
    case 'PreferSameNode':
      return nodeName ? { ...forZones, forNodes: [{ name: nodeName }] } : undefined;
    default:
      return undefined;
  }
}
