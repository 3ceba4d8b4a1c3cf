import type { EndpointHints, Service } from '@typernetes/api';
import type { Backend, BackendGroup } from '../service-endpoints/backend';
import { shareZones, type ZoneCpus } from './zone-shares';

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

/** `Auto`: hints by the CPUs of zones, whatever `trafficDistribution` says (KEP 2433). */
const topologyAnnotations = ['service.kubernetes.io/topology-mode', 'service.kubernetes.io/topology-aware-hints'];

export function isTopologyAware({ metadata }: Service): boolean {
  const mode = topologyAnnotations.map((name) => metadata?.annotations?.[name]).find((value) => value !== undefined);
  return mode === 'Auto' || mode === 'auto';
}

/** How each endpoint of a Service gets its hints. */
export interface Hinting {
  readonly of: (backend: Backend) => EndpointHints | undefined;
  /** Why a Service that asks for topology aware hints has none. */
  readonly refusal?: string;
}

export function hintingOf(service: Service, groups: readonly BackendGroup[], cpus: () => ZoneCpus): Hinting {
  const byDistribution = (backend: Backend): EndpointHints | undefined => hintsFor(backend, service.spec?.trafficDistribution);
  if (!isTopologyAware(service)) return { of: byDistribution };
  const ready = groups.flatMap(({ backends }) => backends.filter((backend) => backend.ready));
  const shared = shareZones(ready, cpus());
  if (typeof shared === 'string') return { of: () => undefined, refusal: shared };
  return {
    of: ({ ready: isReady, address }) => {
      const name = isReady ? shared.get(address) : undefined;
      return name ? { forZones: [{ name }] } : undefined;
    },
  };
}
