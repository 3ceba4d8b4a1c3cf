import type { PersistentVolume, PersistentVolumeClaim } from '@typernetes/api';
import { resources, volumeAnnotations } from '@typernetes/api';
import type { EventRecorder } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { localProvisioner } from './local-provisioner';
import { planVolume } from './volume-plan';

/** Moves one volume one step. */
export class VolumeActor {
  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
  ) {}

  async reconcile(name: string): Promise<void> {
    const volume = this.context.informers.informer(resources.persistentVolumes).get(name);
    if (!volume) return;
    const step = planVolume(volume, await this.claimOf(volume));
    switch (step.do) {
      case 'wait':
        return;
      case 'phase':
        await this.setPhase(volume, step.phase);
        return;
      case 'release':
        return this.release(volume, step.policy);
      case 'unbind':
        return this.unbind(volume, step.claimRef);
    }
  }

  private get volumes() {
    return this.context.client.resource(resources.persistentVolumes);
  }

  /** That a claim is gone is believed only when the API says so: data depend on it. */
  private async claimOf({ spec }: PersistentVolume): Promise<PersistentVolumeClaim | undefined> {
    const { namespace, name = '', uid } = spec?.claimRef ?? {};
    if (!uid) return undefined;
    const known = this.context.informers.informer(resources.persistentVolumeClaims).get(`${namespace}/${name}`);
    if (known?.metadata?.uid === uid) return known;
    try {
      return await this.context.client.resource(resources.persistentVolumeClaims).get(name, { namespace });
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  private async release(volume: PersistentVolume, policy: string): Promise<void> {
    const { phase } = volume.status ?? {};
    const released = phase === 'Released' || phase === 'Failed' ? volume : await this.setPhase(volume, 'Released');
    if (policy === 'Delete') return this.deleteVolume(released);
    if (policy === 'Recycle') return this.fail(released, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!');
  }

  private async deleteVolume(volume: PersistentVolume): Promise<void> {
    const { name = '', uid, annotations: marks, deletionTimestamp } = volume.metadata ?? {};
    const provisioner = marks?.[volumeAnnotations.provisionedBy];
    if (provisioner === localProvisioner) {
      // The kubelet of its node removes the directory when the volume is gone.
      if (deletionTimestamp) return;
      await this.volumes.delete(name, { preconditions: { uid } }).catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) throw error;
      });
      return;
    }
    // Who has made it also deletes it.
    if (provisioner) return;
    await this.fail(volume, 'VolumeFailedDelete', `error getting deleter volume plugin for volume ${JSON.stringify(name)}: no deletable volume plugin matched`);
  }

  private async fail(volume: PersistentVolume, reason: string, message: string): Promise<void> {
    if (volume.status?.phase === 'Failed') return;
    await this.setPhase(volume, 'Failed', message);
    this.events.record({ type: resources.persistentVolumes, object: volume }, 'Warning', reason, message);
  }

  private async unbind(volume: PersistentVolume, claimRef: NonNullable<PersistentVolume['spec']>['claimRef']): Promise<void> {
    const { [volumeAnnotations.boundByController]: _bound, ...marks } = volume.metadata?.annotations ?? {};
    const updated = await this.volumes.update({ ...volume, metadata: { ...volume.metadata, annotations: claimRef ? volume.metadata?.annotations : marks }, spec: { ...volume.spec, claimRef } });
    await this.setPhase(updated, 'Available');
  }

  private async setPhase(volume: PersistentVolume, phase: string, message?: string): Promise<PersistentVolume> {
    if (volume.status?.phase === phase) return volume;
    const { message: _message, ...status } = volume.status ?? {};
    return this.volumes.updateStatus({ ...volume, status: { ...status, phase, ...(message ? { message } : {}) } });
  }
}
