import type { Deployment } from '@typernetes/api';
import { scaledValue } from '../int-or-percent';

/** How far a rollout may stray from the wanted number of pods. */
export interface RolloutBounds {
  readonly replicas: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Percentages are of the wanted number, surge rounded up, unavailability down; not both can be none. */
export function boundsOf({ spec }: Deployment): RolloutBounds {
  const replicas = spec?.replicas ?? 1;
  if (spec?.strategy?.type === 'Recreate' || replicas === 0) return { replicas, maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge: surge, maxUnavailable: unavailable } = spec?.strategy?.rollingUpdate ?? {};
  const maxSurge = scaledValue(surge, replicas, 'up');
  const share = scaledValue(unavailable, replicas, 'down');
  return { replicas, maxSurge, maxUnavailable: Math.min(maxSurge === 0 && share === 0 ? 1 : share, replicas) };
}
