import type { Service } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { AddressPool } from './address-pool';

/** Keeps a Service until its address is given back (KEP-980). */
export const cleanupFinalizer = 'service.kubernetes.io/load-balancer-cleanup';

export type LoadBalancerStep = 'nothing' | 'ensure' | 'release';

/** What a Service needs of us. Services of another load balancer class are somebody else's. */
export function loadBalancerStep({ metadata, spec, status }: Service): LoadBalancerStep {
  const wanted = spec?.type === 'LoadBalancer' && !spec.loadBalancerClass && !metadata?.deletionTimestamp;
  const hasFinalizer = metadata?.finalizers?.includes(cleanupFinalizer) ?? false;
  if (!wanted) return hasFinalizer ? 'release' : 'nothing';
  return hasFinalizer && (status?.loadBalancer?.ingress?.length ?? 0) > 0 ? 'nothing' : 'ensure';
}

const hasAddress = ({ status }: Service): boolean => (status?.loadBalancer?.ingress?.length ?? 0) > 0;

/** Gives Services of type LoadBalancer an address of the pool, and takes it back. */
export const loadBalancerController: ControllerDefinition = {
  name: 'service-lb-controller',
  setUp(context) {
    const { informers, config } = context;
    const pool = config.loadBalancerPool ? new AddressPool(config.loadBalancerPool) : undefined;
    const services = informers.informer(resources.services);
    const actor = pool && new LoadBalancerActor(context, pool);
    const loop = newController(context, this.name, async (key) => {
      const service = services.get(key);
      if (service) await actor?.reconcile(service);
    }, 1);
    /** Those that wait for an address need not wait for the end of their back-off when one is given back. */
    const enqueuePending = (): void => {
      for (const service of services.list()) if (loadBalancerStep(service) === 'ensure') loop.enqueue(keyOf(service));
    };
    services.onChange({
      added: (service) => loop.enqueue(keyOf(service)),
      updated: (service, previous) => {
        loop.enqueue(keyOf(service));
        if (hasAddress(previous) && !hasAddress(service)) enqueuePending();
      },
      deleted: (service) => {
        actor?.forget(service);
        enqueuePending();
      },
    });
    return async (signal) => {
      await actor?.recover();
      await loop.run(signal);
    };
  },
};

class LoadBalancerActor {
  private readonly events;
  /** Given out by us and perhaps not yet in the cache, by Service uid. */
  private readonly assigned = new Map<string, string>();

  constructor(
    private readonly context: ControllerContext,
    private readonly pool: AddressPool,
  ) {
    this.events = context.events('service-controller');
  }

  /** Our cache may be behind the last words of the leader before us; this list is not. */
  async recover(): Promise<void> {
    const { items } = await this.context.client.resource(resources.services).list();
    for (const { metadata, status } of items) {
      const ip = status?.loadBalancer?.ingress?.[0]?.ip;
      if (ip) this.assigned.set(metadata?.uid ?? '', ip);
    }
  }

  /** The Service is gone for good, however it came about. */
  forget({ metadata }: Service): void {
    this.assigned.delete(metadata?.uid ?? '');
  }

  async reconcile(service: Service): Promise<void> {
    switch (loadBalancerStep(service)) {
      case 'nothing':
        return;
      case 'ensure':
        return this.ensure(service);
      case 'release':
        return this.release(service);
    }
  }

  private async ensure(service: Service): Promise<void> {
    const { client } = this.context;
    const object = { type: resources.services, object: service };
    const { uid = '' } = service.metadata ?? {};
    const address = service.status?.loadBalancer?.ingress?.[0]?.ip ?? this.assigned.get(uid) ?? this.choose(service);
    if (!address) {
      this.events.record(object, 'Warning', 'SyncLoadBalancerFailed', `Error syncing load balancer: ${this.refusal(service)}`);
      throw new Error(this.refusal(service));
    }
    this.assigned.set(uid, address);
    const api = client.resource(resources.services);
    const finalizers = service.metadata?.finalizers ?? [];
    let current = service;
    if (!finalizers.includes(cleanupFinalizer)) {
      this.events.record(object, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
      current = await api.update({ ...service, metadata: { ...service.metadata, finalizers: [...finalizers, cleanupFinalizer] } });
    }
    await api.updateStatus({ ...current, status: { ...current.status, loadBalancer: { ingress: [{ ip: address, ipMode: 'VIP' }] } } });
    this.events.record(object, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  }

  /** The address that the Service asks for, if it is free and ours to give, else the first free one. */
  private choose(service: Service): string | undefined {
    const taken = new Set(this.assigned.values());
    for (const { status } of this.context.informers.informer(resources.services).list()) {
      for (const { ip } of status?.loadBalancer?.ingress ?? []) if (ip) taken.add(ip);
    }
    const asked = service.spec?.loadBalancerIP;
    if (asked) return this.pool.has(asked) && !taken.has(asked) ? asked : undefined;
    return this.pool.firstFree(taken);
  }

  private refusal({ spec }: Service): string {
    return spec?.loadBalancerIP ? `the address ${spec.loadBalancerIP} is taken or not in the pool` : 'all addresses of the pool are taken';
  }

  private async release(service: Service): Promise<void> {
    const api = this.context.client.resource(resources.services);
    const object = { type: resources.services, object: service };
    this.events.record(object, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
    try {
      const current = service.metadata?.deletionTimestamp ? service : await api.updateStatus({ ...service, status: { ...service.status, loadBalancer: {} } });
      const finalizers = current.metadata?.finalizers?.filter((finalizer) => finalizer !== cleanupFinalizer);
      await api.update({ ...current, metadata: { ...current.metadata, finalizers } });
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error;
    }
    this.assigned.delete(service.metadata?.uid ?? '');
    this.events.record(object, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  }
}
