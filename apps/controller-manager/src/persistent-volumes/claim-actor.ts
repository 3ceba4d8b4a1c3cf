import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '@typernetes/api';
import { resources, hasVolumeAnnotation, volumeAnnotations } from '@typernetes/api';
import { keyOf, type EventRecorder } from '@typernetes/client';
import { hasReason, isPodActive } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { sameStatus } from '../same-status';
import { boundClaim, boundStatus, reservedVolume, wantedExpansion } from './binding';
import { planClaim, type ClaimStep } from './claim-plan';
import { chooseNode, localProvisioner, localVolume, refusal, volumeNameFor } from './local-provisioner';
import { podsOfClaim } from './pods-by-claim';

type ClaimEvent = NonNullable<Extract<ClaimStep, { do: 'wait' }>['event']>;

const consumerNode = (pods: readonly Pod[]): string | undefined => pods.find((pod) => pod.spec?.nodeName && isPodActive(pod))?.spec?.nodeName;

/** Moves one claim one step. */
export class ClaimActor {
  /** What was last said about a claim, by uid: the same is not said again each time a volume comes or goes. */
  private readonly said = new Map<string, string>();

  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
  ) {}

  forget({ metadata }: PersistentVolumeClaim): void {
    this.said.delete(metadata?.uid ?? '');
  }

  async reconcile(key: string): Promise<void> {
    const { informers } = this.context;
    const claim = informers.informer(resources.persistentVolumeClaims).get(key);
    if (!claim) return;
    const pods = podsOfClaim(informers.informer(resources.pods), key);
    const step = planClaim({
      claim,
      volumes: informers.informer(resources.persistentVolumes).list(),
      classes: informers.informer(resources.storageClasses).list(),
      waitingPod: pods.find(({ spec }) => !spec?.nodeName)?.metadata?.name,
      consumerNode: consumerNode(pods),
    });
    await this.take(claim, step);
  }

  private async take(claim: PersistentVolumeClaim, step: ClaimStep): Promise<void> {
    switch (step.do) {
      case 'nothing':
        return;
      case 'wait':
        if (step.event) this.say(claim, step.event);
        return this.setPhase(claim, 'Pending');
      case 'lose':
        this.say(claim, step.event);
        return this.setPhase(claim, 'Lost');
      case 'set-class':
        await this.claims.update({ ...claim, spec: { ...claim.spec, storageClassName: step.className } });
        return;
      case 'bind':
        return this.bind(claim, step.volume);
      case 'provision':
        return this.provision(claim, step.storageClass);
    }
  }

  private get claims() {
    return this.context.client.resource(resources.persistentVolumeClaims);
  }

  private get volumes() {
    return this.context.client.resource(resources.persistentVolumes);
  }

  /** Four writes, volume first: whatever comes between them, the next look goes on where this one ended. */
  private async bind(claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const reserved = reservedVolume(volume, claim);
    let current = reserved ? await this.volumes.update(reserved) : volume;
    if (current.status?.phase !== 'Bound') current = await this.volumes.updateStatus({ ...current, status: { ...current.status, phase: 'Bound' } });
    const bound = boundClaim(claim, current);
    let own = bound ? await this.claims.update(bound) : claim;
    const status = boundStatus(own, current);
    if (!sameStatus(status, own.status)) own = await this.claims.updateStatus({ ...own, status });
    await this.expand(own, current);
  }

  /** A directory has no size of its own: the new one is only written down. Other volumes are their drivers' business. */
  private async expand(claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const storage = wantedExpansion(claim);
    if (storage === undefined || volume.metadata?.annotations?.[volumeAnnotations.provisionedBy] !== localProvisioner) return;
    await this.volumes.update({ ...volume, spec: { ...volume.spec, capacity: { ...volume.spec?.capacity, storage } } });
    await this.claims.updateStatus({ ...claim, status: { ...claim.status, capacity: { ...claim.status?.capacity, storage } } });
    this.say(claim, { type: 'Normal', reason: 'VolumeResizeSuccessful', message: `ExpandVolume succeeded for volume ${keyOf(claim)}` });
  }

  private async provision(claim: PersistentVolumeClaim, storageClass: StorageClass): Promise<void> {
    const { provisioner } = storageClass;
    if (provisioner === 'kubernetes.io/no-provisioner') {
      this.say(claim, { type: 'Warning', reason: 'ProvisioningFailed', message: `no volume plugin matched name: ${provisioner}` });
      return this.setPhase(claim, 'Pending');
    }
    const named = await this.nameProvisioner(claim, provisioner);
    if (provisioner !== localProvisioner) {
      const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
      this.say(named, { type: 'Normal', reason: 'ExternalProvisioning', message });
      return this.setPhase(named, 'Pending');
    }
    await this.makeLocal(named, storageClass);
  }

  private async nameProvisioner(claim: PersistentVolumeClaim, provisioner: string): Promise<PersistentVolumeClaim> {
    if (claim.metadata?.annotations?.[volumeAnnotations.provisioner] === provisioner) return claim;
    const added = { [volumeAnnotations.provisioner]: provisioner, [volumeAnnotations.betaProvisioner]: provisioner };
    return this.claims.update({ ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata?.annotations, ...added } } });
  }

  private async makeLocal(claim: PersistentVolumeClaim, storageClass: StorageClass): Promise<void> {
    const node = this.nodeFor(claim);
    const why = refusal(claim) ?? (node ? undefined : 'there is no node to make it on');
    if (!node || why) {
      const message = `failed to provision volume with StorageClass ${JSON.stringify(storageClass.metadata?.name)}: ${why}`;
      this.say(claim, { type: 'Warning', reason: 'ProvisioningFailed', message });
      // The scheduler shall choose again: the node that it chose is no more.
      if (!node && hasVolumeAnnotation(claim, volumeAnnotations.selectedNode)) {
        await this.claims.patch(claim.metadata?.name ?? '', { metadata: { annotations: { [volumeAnnotations.selectedNode]: null } } }, { namespace: claim.metadata?.namespace, type: 'application/merge-patch+json' });
      }
      return this.setPhase(claim, 'Pending');
    }
    try {
      await this.volumes.create(localVolume(claim, storageClass, node));
    } catch (error) {
      // Made by us a moment ago: its event brings us back.
      if (!hasReason(error, 'AlreadyExists')) throw error;
    }
    this.say(claim, { type: 'Normal', reason: 'ProvisioningSucceeded', message: `Successfully provisioned volume ${volumeNameFor(claim)} using ${localProvisioner}` });
  }

  private nodeFor(claim: PersistentVolumeClaim): Node | undefined {
    const nodes = this.context.informers.informer(resources.nodes);
    const selected = claim.metadata?.annotations?.[volumeAnnotations.selectedNode];
    const wanted = selected ?? consumerNode(podsOfClaim(this.context.informers.informer(resources.pods), keyOf(claim)));
    return wanted ? nodes.get(wanted) : chooseNode(claim, nodes.list());
  }

  private async setPhase(claim: PersistentVolumeClaim, phase: 'Pending' | 'Lost'): Promise<void> {
    if (claim.status?.phase === phase) return;
    await this.claims.updateStatus({ ...claim, status: phase === 'Pending' ? { phase } : { ...claim.status, phase } });
  }

  private say(claim: PersistentVolumeClaim, { type, reason, message }: ClaimEvent): void {
    const uid = claim.metadata?.uid ?? '';
    if (this.said.get(uid) === message) return;
    this.said.set(uid, message);
    this.events.record({ type: resources.persistentVolumeClaims, object: claim }, type, reason, message);
  }
}
