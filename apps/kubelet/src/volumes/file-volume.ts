import { hasReason } from '@typernetes/machinery';
import type { Payload } from './atomic-writer';
import { writeAtomically } from './atomic-writer';
import type { VolumeContext } from './volume-kind';

/** `..2026_11_23_13_00_00.123456789`, as upstream's. */
function stampOf(nowMs: number): string {
  const [date = '', time = ''] = new Date(nowMs).toISOString().replace('Z', '').split('T');
  const [clock = '', fraction = ''] = time.split('.');
  return `${date.replaceAll('-', '_')}_${clock.replaceAll(':', '_')}.${fraction}${String(nowMs % 1).slice(2, 8).padEnd(6, '0')}`;
}

/** Writes the files of a volume; the pod's fsGroup may read them. */
export async function writeVolume({ dir, pod, clock }: VolumeContext, payload: Payload): Promise<string> {
  await writeAtomically(dir, payload, { stamp: stampOf(clock.now()), gid: pod.spec?.securityContext?.fsGroup });
  return dir;
}

/** Reads an object that may be missing when `isOptional`. Messages name kinds as upstream's kubelet does. */
export async function readOptional<T>(read: Promise<T>, isOptional: boolean | undefined): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error;
    if (isOptional) return undefined;
    throw new Error((error instanceof Error ? error.message : String(error)).replace(/^secrets /, 'secret ').replace(/^configmaps /, 'configmap '), { cause: error });
  }
}
