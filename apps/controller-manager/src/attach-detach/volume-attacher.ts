import type { PersistentVolume, Pod, VolumeAttachment } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ReconcileResult } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { attachmentName, mustWait, planAttachments, uniqueNameOf } from './attach-plan';

const byVolume = 'persistentVolume';
const lookAgainMs = 1_000;

/** Brings one volume to where it is wanted, a step at a time. */
export class VolumeAttacher {
  private readonly volumes;
  private readonly attachments;
  private readonly drivers;
  private readonly nodes;
  private readonly events;
  /** Since when a volume is to leave a node, by the attachment's name. */
  private readonly leaving = new Map<string, number>();
  /** Told already, by attachment or by volume and node: an event is for news. */
  private readonly told = new Map<string, string>();

  constructor(private readonly context: ControllerContext) {
    const { informers } = context;
    this.volumes = informers.informer(resources.persistentVolumes);
    this.attachments = informers.informer(resources.volumeAttachments);
    this.attachments.addIndex(byVolume, ({ spec }) => (spec.source.persistentVolumeName ? [spec.source.persistentVolumeName] : []));
    this.drivers = informers.informer(resources.csiDrivers);
    this.nodes = informers.informer(resources.nodes);
    this.events = context.events('attachdetach-controller');
  }

  async reconcile(name: string, users: readonly Pod[]): Promise<ReconcileResult> {
    const volume = this.volumes.get(name);
    // Those that somebody else made have names of their own.
    const ours = this.attachments.byIndex(byVolume, name).filter(({ metadata }) => metadata?.name?.startsWith('csi-'));
    const csi = volume?.spec?.csi;
    const needsAttaching = csi !== undefined && this.drivers.get(csi.driver)?.spec.attachRequired !== false;
    const nodesOf = (pods: readonly Pod[]): string[] => pods.map(({ spec }) => spec?.nodeName ?? '');
    const plan = planAttachments(needsAttaching ? volume : undefined, nodesOf(users), ours);
    for (const attachment of ours) await this.tell(attachment, users);
    let again = false;
    for (const attachment of plan.detach) again = !(await this.detach(attachment, volume)) || again;
    for (const nodeName of plan.attach) if (volume) await this.attach(volume, nodeName);
    for (const nodeName of plan.blocked) this.block(name, users, nodeName);
    return again ? { requeueAfterMs: lookAgainMs } : undefined;
  }

  private async attach(volume: PersistentVolume, nodeName: string): Promise<void> {
    const { driver = '', volumeHandle = '' } = volume.spec?.csi ?? {};
    const metadata = { name: attachmentName(volumeHandle, driver, nodeName) };
    const spec = { attacher: driver, nodeName, source: { persistentVolumeName: volume.metadata?.name } };
    await this.context.client
      .resource(resources.volumeAttachments)
      .create({ metadata, spec })
      .catch((error: unknown) => {
        if (!hasReason(error, 'AlreadyExists')) throw error;
      });
  }

  /** @returns whether it is done: a node that may still use the volume is waited for */
  private async detach({ metadata, spec }: VolumeAttachment, volume: PersistentVolume | undefined): Promise<boolean> {
    const name = metadata?.name ?? '';
    const nowMs = this.context.clock.now();
    const sinceMs = this.leaving.get(name) ?? nowMs;
    this.leaving.set(name, sinceMs);
    const volumeName = volume && uniqueNameOf(volume);
    const node = this.nodes.get(spec.nodeName);
    if (volumeName && mustWait(node, volumeName, { sinceMs, nowMs })) return false;
    // First the node learns that it can count on the volume no longer.
    if (volumeName && node?.status?.volumesAttached?.some((one) => one.name === volumeName)) await this.writeAttached(spec.nodeName, volumeName, false);
    await this.context.client
      .resource(resources.volumeAttachments)
      .delete(name)
      .catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) throw error;
      });
    this.leaving.delete(name);
    this.told.delete(name);
    return true;
  }

  /** What became of an attachment: to its node, and to the pods that wait for it. */
  private async tell({ metadata, spec, status }: VolumeAttachment, users: readonly Pod[]): Promise<void> {
    const volumeName = this.volumes.get(spec.source.persistentVolumeName ?? '');
    const uniqueName = volumeName && uniqueNameOf(volumeName);
    const node = this.nodes.get(spec.nodeName);
    const waiting = users.filter((pod) => pod.spec?.nodeName === spec.nodeName);
    if (metadata?.deletionTimestamp || !uniqueName || !node || !waiting.length) return;
    const isKnown = node.status?.volumesAttached?.some((one) => one.name === uniqueName) === true;
    if (status?.attached && !isKnown) await this.writeAttached(spec.nodeName, uniqueName, true);
    const volume = JSON.stringify(spec.source.persistentVolumeName);
    if (status?.attached) this.say(metadata?.name ?? '', waiting, ['Normal', 'SuccessfulAttachVolume', `AttachVolume.Attach succeeded for volume ${volume} `]);
    else if (status?.attachError?.message) this.say(metadata?.name ?? '', waiting, ['Warning', 'FailedAttachVolume', `AttachVolume.Attach failed for volume ${volume} : ${status.attachError.message}`]);
  }

  private block(name: string, users: readonly Pod[], nodeName: string): void {
    const others = users.filter(({ spec }) => spec?.nodeName !== nodeName).map(({ metadata }) => metadata?.name);
    const reason = others.length ? `Volume is already used by pod(s) ${others.join(', ')}` : "Volume is already exclusively attached to one node and can't be attached to another";
    this.say(`${name} ${nodeName}`, users.filter(({ spec }) => spec?.nodeName === nodeName), ['Warning', 'FailedAttachVolume', `Multi-Attach error for volume ${JSON.stringify(name)} ${reason}`]);
  }

  private say(about: string, pods: readonly Pod[], [type, reason, message]: ['Normal' | 'Warning', string, string]): void {
    if (this.told.get(about) === message) return;
    this.told.set(about, message);
    for (const object of pods) this.events.record({ type: resources.pods, object }, type, reason, message);
  }

  private async writeAttached(nodeName: string, volumeName: string, isAttached: boolean): Promise<void> {
    const nodes = this.context.client.resource(resources.nodes);
    const { status } = await nodes.get(nodeName);
    const others = (status?.volumesAttached ?? []).filter((one) => one.name !== volumeName);
    const volumesAttached = isAttached ? [...others, { name: volumeName, devicePath: '' }] : others;
    await nodes.patch(nodeName, { status: { volumesAttached } }, { subresource: 'status', type: 'application/merge-patch+json' });
  }
}
