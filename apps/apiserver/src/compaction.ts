import type { Cancel } from '@typernetes/machinery';
import type { Environment } from './environment';
import type { Logger } from '@typernetes/component';
import { compactionPeriodMs } from './limits';

/**
 * Every period the store forgets what is older than the period before, so that a watch or a continued list has at
 * least one period to resume. Several apiservers do the same at about the same time, which does no harm.
 */
export function startCompaction({ storage, mirror, clock }: Pick<Environment, 'storage' | 'mirror' | 'clock'>, logger: Logger): Cancel {
  let revisionBefore = mirror.revision;
  return clock.every(compactionPeriodMs, () => {
    const target = revisionBefore;
    revisionBefore = mirror.revision;
    mirror.compacted(target);
    storage.compact(target).catch((error: unknown) => logger.debug({ err: error, revision: target }, 'not compacted: another apiserver was faster, or etcd is away'));
  });
}
