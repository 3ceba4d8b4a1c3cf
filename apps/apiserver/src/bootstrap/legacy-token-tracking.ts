import { resources } from '@typernetes/api';
import { formatTime, type Clock } from '@typernetes/machinery';
import type { ApiserverInternals } from '../pipeline/internals';
import { ensure } from './ensure';

/** Says since when the uses of legacy tokens are written down: before, silence means nothing (KEP-2799). */
export function ensureLegacyTokenTracking(internals: ApiserverInternals, clock: Clock): Promise<void> {
  const metadata = { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' };
  return ensure(internals, resources.configMaps, { metadata, data: { since: formatTime(clock.now()).slice(0, 10) } });
}
