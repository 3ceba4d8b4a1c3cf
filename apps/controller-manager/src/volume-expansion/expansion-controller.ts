import type { PersistentVolume, PersistentVolumeClaim } from '@typernetes/api';
import { hasVolumeAnnotation, resources, volumeAnnotations } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { compareQuantities, parseQuantity } from '@typernetes/machinery';
import { newController, type ControllerDefinition } from '../context';
import { localProvisioner } from '../persistent-volumes/local-provisioner';
import { expansionOf } from './expansion';

/** Makes volumes as large as their claims have come to ask. Directories of nodes need no work; other volumes are their drivers' affair. */
export const expansionController: ControllerDefinition = {
  name: 'persistentvolume-expander-controller',
  setUp(context) {
    const { client, informers } = context;
    const claims = informers.informer(resources.persistentVolumeClaims);
    const volumes = informers.informer(resources.persistentVolumes);
    const events = context.events('volume_expand');
    const loop = newController(context, this.name, async (key) => {
      const claim = claims.get(key);
      const volume = claim && volumes.get(claim.spec?.volumeName ?? '');
      const size = claim && volume && expansionOf(claim, volume);
      if (!claim || !volume || !size) return;
      const told = { type: resources.persistentVolumeClaims, object: claim };
      if (!isOurs(volume)) return events.record(told, 'Normal', 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
      await grow(volume, size);
      const { name = '', namespace } = claim.metadata ?? {};
      await client.resource(resources.persistentVolumeClaims).patch(name, { status: { capacity: { storage: size } } }, { namespace, subresource: 'status', type: 'application/merge-patch+json' });
      events.record(told, 'Normal', 'VolumeResizeSuccessful', `ExpandVolume succeeded for volume ${key}`);
    });
    const grow = async ({ metadata, spec }: PersistentVolume, size: string): Promise<void> => {
      if (compareQuantities(parseQuantity(spec?.capacity?.['storage'] ?? '0'), parseQuantity(size)) >= 0) return;
      await client.resource(resources.persistentVolumes).patch(metadata?.name ?? '', { spec: { capacity: { storage: size } } }, { type: 'application/merge-patch+json' });
    };
    const seen = (claim: PersistentVolumeClaim): void => loop.enqueue(keyOf(claim));
    claims.onChange({ added: seen, updated: seen });
    return (signal) => loop.run(signal);
  },
};

const isOurs = (volume: PersistentVolume): boolean => hasVolumeAnnotation(volume, volumeAnnotations.provisionedBy) && volume.metadata?.annotations?.[volumeAnnotations.provisionedBy] === localProvisioner;
