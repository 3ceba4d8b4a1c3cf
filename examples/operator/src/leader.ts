import { CoordinationV1Api, V1MicroTime, type KubeConfig, type V1Lease } from '@kubernetes/client-node';

export interface LeaderOptions {
  readonly namespace: string;
  readonly name: string;
  /** Of this instance. */
  readonly identity: string;
  /** A leader that is not heard of for so long has lost. */
  readonly leaseMs: number;
  readonly retryMs: number;
  onStarted(): void;
  onStopped(): void;
}

/** Holds a Lease as long as it can; of several with the same Lease one leads. */
export class Leader {
  private readonly leases: CoordinationV1Api;
  private observed: { readonly version: string; readonly atMs: number } | undefined;
  private isLeading = false;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    kubeConfig: KubeConfig,
    private readonly options: LeaderOptions,
  ) {
    this.leases = kubeConfig.makeApiClient(CoordinationV1Api);
  }

  start(): void {
    const turn = async (): Promise<void> => {
      const leads = await this.tryToHold().catch(() => false);
      if (this.isStopped) return;
      if (leads !== this.isLeading) {
        this.isLeading = leads;
        if (leads) this.options.onStarted();
        else this.options.onStopped();
      }
      this.timer = setTimeout(() => void turn(), this.options.retryMs);
    };
    void turn();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    if (this.isLeading) this.options.onStopped();
    this.isLeading = false;
  }

  /** Takes the Lease when it is free, or ours, or its holder has been silent too long by our own clock. */
  private async tryToHold(): Promise<boolean> {
    const { namespace, name, identity, leaseMs } = this.options;
    const { items } = await this.leases.listNamespacedLease({ namespace, fieldSelector: `metadata.name=${name}` });
    const now = new V1MicroTime();
    const [lease] = items;
    if (!lease) {
      const body: V1Lease = { metadata: { name, namespace }, spec: { holderIdentity: identity, leaseDurationSeconds: Math.max(1, Math.ceil(leaseMs / 1_000)), acquireTime: now, renewTime: now } };
      await this.leases.createNamespacedLease({ namespace, body });
      return true;
    }
    const version = lease.metadata?.resourceVersion ?? '';
    if (this.observed?.version !== version) this.observed = { version, atMs: performance.now() };
    const isOurs = lease.spec?.holderIdentity === identity;
    if (!isOurs && performance.now() - this.observed.atMs < leaseMs) return false;
    const body: V1Lease = { ...lease, spec: { ...lease.spec, holderIdentity: identity, renewTime: now, ...(isOurs ? {} : { acquireTime: now }) } };
    await this.leases.replaceNamespacedLease({ name, namespace, body });
    return true;
  }
}
