import { writeVolume } from '../file-volume';
import { defaultFileMode, downwardFiles } from '../payload';
import type { VolumeKind } from '../volume-kind';

export const downwardApiVolume: VolumeKind = {
  folder: 'kubernetes.io~downward-api',
  handles: (volume) => volume.downwardAPI !== undefined,
  isReadOnly: () => true,
  setUp(context) {
    const { items, defaultMode = defaultFileMode } = context.volume.downwardAPI ?? {};
    return writeVolume(context, downwardFiles(context.pod, items, { mode: defaultMode, facts: context.facts }));
  },
};
