import type { PodInfo } from '../framework/pod-info';

/** Pods for which others were evicted, and the node where that made room: nobody of lower priority may take it. */
export class Nominator {
  private readonly byUid = new Map<string, { info: PodInfo; nodeName: string }>();
  private readonly byNode = new Map<string, Map<string, PodInfo>>();

  nominate(info: PodInfo, nodeName: string): void {
    this.delete(info.uid);
    this.byUid.set(info.uid, { info, nodeName });
    let pods = this.byNode.get(nodeName);
    if (!pods) this.byNode.set(nodeName, (pods = new Map()));
    pods.set(info.uid, info);
  }

  delete(uid: string): void {
    const known = this.byUid.get(uid);
    if (!known) return;
    this.byUid.delete(uid);
    const pods = this.byNode.get(known.nodeName);
    pods?.delete(uid);
    if (pods?.size === 0) this.byNode.delete(known.nodeName);
  }

  nodeOf(uid: string): string | undefined {
    return this.byUid.get(uid)?.nodeName;
  }

  /** Others that wait for this node. */
  podsOn(nodeName: string, except: PodInfo): PodInfo[] {
    const pods = this.byNode.get(nodeName);
    return pods ? [...pods.values()].filter(({ uid }) => uid !== except.uid) : [];
  }
}
