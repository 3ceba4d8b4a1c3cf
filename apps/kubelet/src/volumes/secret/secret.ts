import { namespaceOf } from '../../pod/pod-kind';
import { readOptional, writeVolume } from '../file-volume';
import { defaultFileMode, secretFiles } from '../payload';
import type { VolumeKind } from '../volume-kind';

export const secretVolume: VolumeKind = {
  folder: 'kubernetes.io~secret',
  handles: (volume) => volume.secret !== undefined,
  isReadOnly: () => true,
  async setUp(context) {
    const { secretName = '', items, optional, defaultMode = defaultFileMode } = context.volume.secret ?? {};
    const secret = await readOptional(context.objects.secret(namespaceOf(context.pod), secretName), optional);
    return writeVolume(context, secretFiles(secret, items, { mode: defaultMode, optional }));
  },
};
