import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { hasReason } from '@typernetes/machinery';
import type { StorageReader } from './storage-reader';

/** Names of provisioned volumes: nothing else in the directory is touched. */
const provisionedName = /^pvc-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Removes the directories of volumes that are no more. Only a clear "not found" counts. Gives back their names. */
export async function removeLostVolumes({ localVolumesDir, volume }: Pick<StorageReader, 'localVolumesDir' | 'volume'>): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(localVolumesDir).catch(() => [])) {
    if (!provisionedName.test(name)) continue;
    const isGone = await volume(name).then(
      () => false,
      (error: unknown) => hasReason(error, 'NotFound'),
    );
    if (!isGone) continue;
    await rm(path.join(localVolumesDir, name), { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}
