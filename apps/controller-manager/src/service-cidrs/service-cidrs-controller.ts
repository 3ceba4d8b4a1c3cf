import { resources, type ServiceCIDR } from '@typernetes/api';
import { keyOf, type ReconcileResult } from '@typernetes/client';
import { findCondition, formatTime, hasReason } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { canBeDeleted, hasAddress, serviceCidrFinalizer } from './service-cidr-state';

/** An apiserver may give out addresses until it has heard of the deletion; so long it is waited (upstream's). */
const deletionGraceMs = 10_000;

type Verdict = { readonly status: string; readonly reason: string; readonly message: string };

const ready: Verdict = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const terminating: Verdict = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

const ignoreGone = (error: unknown): void => {
  if (!hasReason(error, 'NotFound')) throw error;
};

/** Says which ServiceCIDRs are ready, and keeps those whose addresses are in use. */
export const serviceCidrsController: ControllerDefinition = {
  name: 'service-cidr-controller',
  setUp(context) {
    const { informers } = context;
    const cidrs = informers.informer(resources.serviceCIDRs);
    const addresses = informers.informer(resources.ipAddresses);
    const loop = newController(context, this.name, (name) => reconcile(context, name), 1);
    /** What goes may be free to go when another one comes, or waits again when that goes too. */
    const enqueue = (cidr: ServiceCIDR): void => {
      loop.enqueue(keyOf(cidr));
      for (const other of cidrs.list()) if (other.metadata?.deletionTimestamp) loop.enqueue(keyOf(other));
    };
    cidrs.onChange({ added: enqueue, updated: enqueue, deleted: enqueue });
    addresses.onChange({
      deleted: ({ metadata }) => {
        for (const cidr of cidrs.list()) if (cidr.metadata?.deletionTimestamp && hasAddress(cidr, metadata?.name ?? '')) loop.enqueue(keyOf(cidr));
      },
    });
    return (signal) => loop.run(signal);
  },
};

async function reconcile(context: ControllerContext, name: string): Promise<ReconcileResult> {
  const { informers, client, clock } = context;
  const cidr = informers.informer(resources.serviceCIDRs).get(name);
  if (!cidr) return;
  const { deletionTimestamp, finalizers = [] } = cidr.metadata ?? {};
  const api = client.resource(resources.serviceCIDRs);
  const setFinalizers = (next: readonly string[]): Promise<unknown> => api.patch(name, { metadata: { finalizers: next, resourceVersion: cidr.metadata?.resourceVersion } }, mergePatch).catch(ignoreGone);
  if (!deletionTimestamp) {
    if (!finalizers.includes(serviceCidrFinalizer)) await setFinalizers([...finalizers, serviceCidrFinalizer]);
    return tell(context, cidr, ready);
  }
  if (!finalizers.includes(serviceCidrFinalizer)) return;
  const others = informers.informer(resources.serviceCIDRs).list();
  if (!canBeDeleted(cidr, others, informers.informer(resources.ipAddresses).list())) return tell(context, cidr, terminating);
  const waitMs = Date.parse(deletionTimestamp) + deletionGraceMs - clock.now();
  if (waitMs > 0) return { requeueAfterMs: waitMs };
  // The cache may not know yet of an address that was given out last.
  const { items } = await client.resource(resources.ipAddresses).list();
  if (!canBeDeleted(cidr, others, items)) return { requeueAfterMs: deletionGraceMs };
  await setFinalizers(finalizers.filter((finalizer) => finalizer !== serviceCidrFinalizer));
}

const mergePatch = { type: 'application/merge-patch+json' } as const;

async function tell({ client, clock }: ControllerContext, { metadata, status }: ServiceCIDR, verdict: Verdict): Promise<void> {
  const before = findCondition(status?.conditions, 'Ready');
  // The default one has a message of its own from the apiserver.
  if (before?.status === verdict.status && (verdict === ready || (before.reason === verdict.reason && before.message === verdict.message))) return;
  const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : formatTime(clock.now());
  const others = status?.conditions?.filter(({ type }) => type !== 'Ready') ?? [];
  const conditions = [...others, { type: 'Ready', ...verdict, lastTransitionTime }];
  await client.resource(resources.serviceCIDRs).patch(metadata?.name ?? '', { status: { conditions } }, { ...mergePatch, subresource: 'status' }).catch(ignoreGone);
}
