import type { Node, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import { hasReason } from '@typernetes/machinery';
import { isStatic, keyOf, mirrorOf, mirrors } from './static-pod';

export interface MirrorDependencies {
  client: ApiClient;
  logger: Logger;
  node: () => Node | undefined;
  /** The API has a picture of this static pod now: its status can be written. */
  appeared(pod: Pod): void;
}

/** Sees to it that the API shows each static pod of the node, as it is now, and nothing else of the kind. */
export class MirrorPods {
  private wanted: ReadonlyMap<string, Pod> | undefined;
  private readonly found = new Map<string, Pod>();
  private isRunning = false;
  private isDirty = false;

  constructor(private readonly dependencies: MirrorDependencies) {}

  /** The pod by which the API knows `pod`: itself, unless it is static; then its mirror, once there is one. */
  apiPod(pod: Pod): Pod | undefined {
    if (!isStatic(pod)) return pod;
    const mirror = this.found.get(keyOf(pod));
    return mirror && mirrors(mirror, pod) && !mirror.metadata?.deletionTimestamp ? mirror : undefined;
  }

  /** The static pods of the node. Before the first call nothing in the API is touched. */
  want(pods: readonly Pod[]): void {
    this.wanted = new Map(pods.map((pod) => [keyOf(pod), pod]));
    this.reconcile();
  }

  /** The API has this mirror pod. */
  observed(mirror: Pod): void {
    const key = keyOf(mirror);
    const isNew = this.found.get(key)?.metadata?.uid !== mirror.metadata?.uid;
    this.found.set(key, mirror);
    const pod = this.wanted?.get(key);
    if (isNew && pod && mirrors(mirror, pod)) this.dependencies.appeared(pod);
    this.reconcile();
  }

  /** The API has it no more. */
  gone(mirror: Pod): void {
    const key = keyOf(mirror);
    if (this.found.get(key)?.metadata?.uid === mirror.metadata?.uid) this.found.delete(key);
    this.reconcile();
  }

  /** Makes what is missing and removes what is too much; failures are tried again with the next call. */
  reconcile(): void {
    this.isDirty = true;
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.isDirty && this.wanted) {
      this.isDirty = false;
      for (const mirror of this.found.values()) await this.maybeRemove(mirror);
      for (const [key, pod] of this.wanted) if (!this.found.has(key)) await this.create(pod);
    }
    this.isRunning = false;
  }

  private async maybeRemove(mirror: Pod): Promise<void> {
    const pod = this.wanted?.get(keyOf(mirror));
    if (pod && mirrors(mirror, pod) && !mirror.metadata?.deletionTimestamp) return;
    const { name = '', namespace = '', uid } = mirror.metadata ?? {};
    await this.dependencies.client
      .resource(resources.pods)
      .delete(name, { namespace, gracePeriodSeconds: 0, ...(uid ? { preconditions: { uid } } : {}) })
      .catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) this.dependencies.logger.warn({ error, pod: keyOf(mirror) }, 'Failed deleting a mirror pod');
      });
  }

  private async create(pod: Pod): Promise<void> {
    const { metadata } = this.dependencies.node() ?? {};
    const owner = metadata?.uid ? { name: metadata.name ?? '', uid: metadata.uid } : undefined;
    await this.dependencies.client
      .resource(resources.pods)
      .create(mirrorOf(pod, owner))
      .catch((error: unknown) => {
        if (!hasReason(error, 'AlreadyExists')) this.dependencies.logger.warn({ error, pod: keyOf(pod) }, 'Failed creating a mirror pod');
      });
  }
}
