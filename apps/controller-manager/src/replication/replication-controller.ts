import type { Pod, ReplicationController } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, splitKey } from '@typernetes/client';
import { apiErrors, controllerOf, controllerReference, hasReason, isPodTerminating, selectorFromMap } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { Expectations } from '../expectations';
import { slowStart } from '../slow-start';
import type { ReplicaPlan } from './replica-plan';
import { planReplicas, replicaStatus } from './replica-plan';

/** Keeps as many pods running as a ReplicationController asks for. */
export const replicationController: ControllerDefinition = {
  name: 'replicationcontroller-controller',
  setUp(context) {
    const expectations = new Expectations(context.clock);
    const actor = new ReplicaActor(context, expectations);
    const controllers = context.informers.informer(resources.replicationControllers);
    const pods = context.informers.informer(resources.pods);
    const loop = newController(context, this.name, (key) => actor.reconcile(key));
    controllers.onChange({
      added: (object) => loop.enqueue(keyOf(object)),
      updated: (object) => loop.enqueue(keyOf(object)),
      deleted: (object) => {
        expectations.forget(keyOf(object));
        loop.enqueue(keyOf(object));
      },
    });
    const ownerKey = (pod: Pod): string | undefined => {
      const owner = controllerOf(pod);
      return owner?.kind === 'ReplicationController' ? `${pod.metadata?.namespace}/${owner.name}` : undefined;
    };
    const changed = (pod: Pod): void => {
      const key = ownerKey(pod);
      if (key) {
        expectations.sawCreation(key, pod.metadata?.uid ?? '');
        if (isPodTerminating(pod)) expectations.sawDeletion(key, pod.metadata?.uid ?? '');
        loop.enqueue(key);
        return;
      }
      // An orphan may be what a controller is waiting for.
      for (const controller of controllers.list(pod.metadata?.namespace)) {
        if (selectorFromMap(controller.spec?.selector ?? {}).matches(pod.metadata?.labels ?? {})) loop.enqueue(keyOf(controller));
      }
    };
    pods.onChange({
      added: changed,
      updated: (pod, previous) => {
        const before = ownerKey(previous);
        if (before && before !== ownerKey(pod)) loop.enqueue(before);
        changed(pod);
      },
      deleted: (pod) => {
        const key = ownerKey(pod);
        if (!key) return;
        expectations.sawDeletion(key, pod.metadata?.uid ?? '');
        loop.enqueue(key);
      },
    });
    return (signal) => loop.run(signal);
  },
};

class ReplicaActor {
  private readonly events;

  constructor(
    private readonly context: ControllerContext,
    private readonly expectations: Expectations,
  ) {
    this.events = context.events('replication-controller');
  }

  async reconcile(key: string): Promise<void | { requeueAfterMs: number }> {
    const { informers, clock } = this.context;
    const controller = informers.informer(resources.replicationControllers).get(key);
    if (!controller) return;
    // Asked before the plan: what arrives while we adopt would make the plan look right although it is older.
    const trusted = this.expectations.fulfilled(key);
    const plan = planReplicas(controller, informers.informer(resources.pods).list(splitKey(key).namespace));
    let failure: unknown;
    try {
      await this.claim(controller, plan);
      if (trusted) await this.manage(key, controller, plan);
    } catch (error) {
      failure = error;
    }
    await this.writeStatus(controller, plan.owned, failure);
    if (failure) throw failure;
    const minReadyMs = (controller.spec?.minReadySeconds ?? 0) * 1000;
    const waits = minReadyMs > 0 && replicaStatus(controller, plan.owned, clock.now()).availableReplicas !== plan.owned.length;
    return waits ? { requeueAfterMs: minReadyMs } : undefined;
  }

  private async claim(controller: ReplicationController, { adopt, release }: ReplicaPlan): Promise<void> {
    const pods = this.context.client.resource(resources.pods);
    if (adopt.length) await this.assertStillThere(controller);
    for (const { metadata } of adopt) {
      const ownerReferences = [controllerReference(controller, gvk)];
      const patch = { metadata: { uid: metadata?.uid, ownerReferences } };
      await pods.patch(metadata?.name ?? '', patch, { namespace: metadata?.namespace, type: 'application/strategic-merge-patch+json' });
    }
    for (const { metadata } of release) {
      const patch = { metadata: { uid: metadata?.uid, ownerReferences: [{ $patch: 'delete', uid: controller.metadata?.uid }] } };
      await pods
        .patch(metadata?.name ?? '', patch, { namespace: metadata?.namespace, type: 'application/strategic-merge-patch+json' })
        .catch(ignoreGone);
    }
  }

  /** Adoption by a controller that is gone already would leave orphans with a dead owner. */
  private async assertStillThere(controller: ReplicationController): Promise<void> {
    const { name = '', namespace, uid } = controller.metadata ?? {};
    const fresh = await this.context.client.resource(resources.replicationControllers).get(name, { namespace });
    if (fresh.metadata?.uid !== uid || fresh.metadata?.deletionTimestamp) {
      throw apiErrors.conflict({ group: '', resource: 'replicationcontrollers', name }, 'it is being deleted and adopts no pods');
    }
  }

  private async manage(key: string, controller: ReplicationController, plan: ReplicaPlan): Promise<void> {
    const created = await slowStart(plan.createCount, () => this.createPod(key, controller));
    if (created) this.context.logger.info({ key, created }, 'created pods');
    await Promise.all(plan.delete.map((pod) => this.deletePod(key, controller, pod)));
  }

  private async createPod(key: string, controller: ReplicationController): Promise<void> {
    const { name, namespace } = controller.metadata ?? {};
    const template = controller.spec?.template;
    try {
      const pod = await this.context.client.resource(resources.pods).create({
        metadata: {
          generateName: `${name}-`,
          namespace,
          labels: template?.metadata?.labels,
          annotations: template?.metadata?.annotations,
          finalizers: template?.metadata?.finalizers,
          ownerReferences: [controllerReference(controller, gvk)],
        },
        spec: template?.spec,
      });
      const uid = pod.metadata?.uid ?? '';
      // The event may have come before the answer.
      if (!this.context.informers.informer(resources.pods).get(keyOf(pod))) this.expectations.created(key, uid);
      this.record(controller, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata?.name}`);
    } catch (error) {
      // The namespace goes away and takes the controller along: not worth an event.
      if (!isNamespaceTerminating(error)) this.record(controller, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      throw error;
    }
  }

  private async deletePod(key: string, controller: ReplicationController, pod: Pod): Promise<void> {
    const { name = '', namespace, uid } = pod.metadata ?? {};
    this.expectations.deleted(key, uid ?? '');
    try {
      await this.context.client.resource(resources.pods).delete(name, { namespace, preconditions: { uid } });
      this.record(controller, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    } catch (error) {
      this.expectations.sawDeletion(key, uid ?? '');
      if (hasReason(error, 'NotFound')) return;
      this.record(controller, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw error;
    }
  }

  private async writeStatus(controller: ReplicationController, owned: readonly Pod[], failure: unknown): Promise<void> {
    const status = replicaStatus(controller, owned, this.context.clock.now());
    status.conditions = failureConditions(controller, failure, this.context.clock.now());
    if (isDeepStrictEqual(withoutUndefined(status), withoutUndefined(controller.status ?? {}))) return;
    await this.context.client.resource(resources.replicationControllers).updateStatus({ ...controller, status }).catch(ignoreGone);
  }

  private record(controller: ReplicationController, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record({ type: resources.replicationControllers, object: controller }, type, reason, message);
  }
}

const gvk = { apiVersion: 'v1', kind: 'ReplicationController' };

/** The ReplicaFailure condition is there exactly while pods cannot be created or deleted. */
function failureConditions({ status }: ReplicationController, failure: unknown, nowMs: number): NonNullable<ReplicationController['status']>['conditions'] {
  const others = (status?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
  const known = status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (!failure) return others.length ? others : undefined;
  const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: messageOf(failure) };
  const lastTransitionTime = known?.lastTransitionTime ?? new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return [...others, { ...condition, lastTransitionTime }];
}

function withoutUndefined(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isNamespaceTerminating(error: unknown): boolean {
  return hasReason(error, 'Forbidden') && messageOf(error).includes('because it is being terminated');
}

function ignoreGone(error: unknown): void {
  if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
}
