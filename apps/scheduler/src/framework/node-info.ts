import type { Node, Taint } from '@typernetes/api';
import { quantityToNumber } from '@typernetes/machinery';
import type { HostPort, PodInfo } from './pod-info';
import type { Amounts } from './resources';
import { addAmounts, subtractAmounts } from './resources';

/** A node with the sums of what runs on it, kept up to date pod by pod. */
export class NodeInfo {
  /** Undefined while pods are known for a node that itself is not (yet, or any more). */
  node: Node | undefined;
  allocatable: Amounts = {};
  labels: Readonly<Record<string, string>> = {};
  taints: readonly Taint[] = [];
  readonly pods = new Map<string, PodInfo>();
  readonly requested: Record<string, number> = {};
  readonly nonZeroRequested = { cpu: 0, memory: 0 };
  /** Image name to bytes. */
  images: ReadonlyMap<string, number> = new Map();
  private readonly portUse = new Map<string, number>();

  constructor(readonly name: string) {}

  setNode(node: Node | undefined): void {
    this.node = node;
    this.labels = node?.metadata?.labels ?? {};
    this.taints = node?.spec?.taints ?? [];
    const allocatable: Record<string, number> = {};
    for (const [name, quantity] of Object.entries(node?.status?.allocatable ?? {})) {
      allocatable[name] = quantityToNumber(quantity, name === 'cpu' ? 'milli' : 'one');
    }
    this.allocatable = allocatable;
    const images = new Map<string, number>();
    for (const { names, sizeBytes } of node?.status?.images ?? []) {
      for (const name of names ?? []) images.set(name, sizeBytes ?? 0);
    }
    this.images = images;
  }

  addPod(info: PodInfo): void {
    this.pods.set(info.uid, info);
    addAmounts(this.requested, info.requests);
    this.nonZeroRequested.cpu += info.nonZeroRequests.cpu;
    this.nonZeroRequested.memory += info.nonZeroRequests.memory;
    for (const port of info.hostPorts) this.countPort(port, 1);
  }

  removePod(uid: string): void {
    const info = this.pods.get(uid);
    if (!info) return;
    this.pods.delete(uid);
    subtractAmounts(this.requested, info.requests);
    this.nonZeroRequested.cpu -= info.nonZeroRequests.cpu;
    this.nonZeroRequested.memory -= info.nonZeroRequests.memory;
    for (const port of info.hostPorts) this.countPort(port, -1);
  }

  /** Two pods collide on a port when either takes it on all addresses or both on the same one. */
  hasPortConflict({ protocol, hostIP, hostPort }: HostPort): boolean {
    if (!this.portUse.size) return false;
    const used = (ip: string): boolean => (this.portUse.get(`${protocol} ${hostPort} ${ip}`) ?? 0) > 0;
    return hostIP === '0.0.0.0' ? used('*') : used('0.0.0.0') || used(hostIP);
  }

  private countPort({ protocol, hostIP, hostPort }: HostPort, change: number): void {
    for (const ip of [hostIP, '*']) {
      const key = `${protocol} ${hostPort} ${ip}`;
      const count = (this.portUse.get(key) ?? 0) + change;
      if (count > 0) this.portUse.set(key, count);
      else this.portUse.delete(key);
    }
  }
}
