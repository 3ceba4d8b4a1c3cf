import { namespaceOf } from '../../pod/pod-kind';
import { readOptional, writeVolume } from '../file-volume';
import { configMapFiles, defaultFileMode } from '../payload';
import type { VolumeKind } from '../volume-kind';

export const configMapVolume: VolumeKind = {
  folder: 'kubernetes.io~configmap',
  handles: (volume) => volume.configMap !== undefined,
  isReadOnly: () => true,
  async setUp(context) {
    const { name = '', items, optional, defaultMode = defaultFileMode } = context.volume.configMap ?? {};
    const map = await readOptional(context.objects.configMap(namespaceOf(context.pod), name), optional);
    return writeVolume(context, configMapFiles(map, items, { mode: defaultMode, optional }));
  },
};
