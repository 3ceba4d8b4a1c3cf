import type { Namespace, Node, Pod, PodDisruptionBudget, OwnerReference, Service } from '@typernetes/api';
import { NodeInfo } from '../framework/node-info';
import type { PodInfo } from '../framework/pod-info';
import { podInfoOf } from '../framework/pod-info';
import type { AffinityTerms, PodQuery } from '../framework/affinity-term';
import type { PlacedPod, Supposable } from '../framework/snapshot';
import type { LabelSelector } from '@typernetes/machinery';
import { selectorFromMap, selectorFromObject } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { Labels } from './domain-counter';
import { DomainCounter, step } from './domain-counter';
import type { TermHolders } from './pod-index';
import { PodIndex } from './pod-index';

/**
 * Nodes and the pods on them, changed event by event: a decision reads it in place, nothing is copied. A pod that the
 * scheduler has just placed counts at once (assumed), so that the next decision sees it before the API confirms.
 */
export class ClusterCache implements Supposable {
  private readonly byName = new Map<string, NodeInfo>();
  private existing: NodeInfo[] = [];
  private readonly placed = new Map<string, PlacedPod>();
  private readonly assumed = new Set<string>();
  private readonly namespaces = new Map<string, Labels>();
  private readonly nodeCounter = new DomainCounter((name) => this.byName.get(name)?.labels ?? noLabels);
  private readonly index = new PodIndex({
    nodeLabels: (name) => this.byName.get(name)?.labels ?? noLabels,
    namespaceLabels: (name) => this.namespaceLabels(name),
    placed: () => this.placed.values(),
  });
  private readonly budgetsByNamespace = new Map<string, Map<string, PodDisruptionBudget>>();
  private readonly servicesByNamespace = new Map<string, Map<string, Service>>();
  private readonly ownerSelectors = new Map<string, LabelSelector>();
  private readonly usersByClaim = new Map<string, number>();
  private readonly nodesByImage = new Map<string, number>();

  get nodes(): readonly NodeInfo[] {
    return this.existing;
  }

  node(name: string): NodeInfo | undefined {
    const info = this.byName.get(name);
    return info?.node ? info : undefined;
  }

  nodesByDomain(topologyKey: string): ReadonlyMap<string, number> {
    return this.nodeCounter.byDomain(topologyKey);
  }

  setNode(node: Node): void {
    const info = this.infoOf(node.metadata?.name ?? '');
    const isNew = !info.node;
    const before = info.labels;
    this.countImages(info, -1);
    info.setNode(node);
    this.countImages(info, 1);
    this.index.nodeRelabelled(info.name, before, info.labels);
    if (isNew) {
      this.existing = [...this.existing, info];
      this.nodeCounter.add(info.name, 1);
    } else this.nodeCounter.relabelled(info.name, before, info.labels);
  }

  deleteNode(name: string): void {
    const info = this.byName.get(name);
    if (!info) return;
    if (info.node) this.nodeCounter.add(name, -1);
    const before = info.labels;
    this.countImages(info, -1);
    info.setNode(undefined);
    this.index.nodeRelabelled(name, before, info.labels);
    this.existing = this.existing.filter((other) => other !== info);
    if (!info.pods.size) this.byName.delete(name);
  }

  /** A pod as the API shows it, with a node. Confirms or corrects what was assumed. */
  setPod(pod: Pod): void {
    const nodeName = pod.spec?.nodeName;
    if (nodeName) this.place(podInfoOf(pod), nodeName, false);
  }

  /** Counts the pod on a node that was chosen for it but does not yet know. */
  assume(info: PodInfo, nodeName: string): void {
    this.place(info, nodeName, true);
  }

  /** Takes an assumption back; does nothing when the API has confirmed it meanwhile. */
  forget(uid: string): void {
    if (this.placed.get(uid)?.assumed) this.deletePod(uid);
  }

  deletePod(uid: string): void {
    const placed = this.placed.get(uid);
    if (!placed) return;
    this.placed.delete(uid);
    this.assumed.delete(uid);
    this.index.count(placed, -1);
    this.countClaims(placed.info, -1);
    const node = this.byName.get(placed.nodeName);
    node?.removePod(uid);
    if (node && !node.node && !node.pods.size) this.byName.delete(placed.nodeName);
  }

  lift(uid: string): PlacedPod | undefined {
    const placed = this.placed.get(uid);
    this.deletePod(uid);
    return placed;
  }

  putBack({ info, nodeName, assumed }: PlacedPod): void {
    this.place(info, nodeName, assumed);
  }

  /** The name of its node. */
  placedOn(uid: string): string | undefined {
    return this.placed.get(uid)?.nodeName;
  }

  get podCount(): number {
    return this.placed.size;
  }

  /** Pods that were placed and not yet seen so in the API. */
  get assumedCount(): number {
    return this.assumed.size;
  }

  isPlaced(uid: string): boolean {
    return this.placed.has(uid);
  }

  matching(queries: readonly PodQuery[], countsTerminating = true): DomainCounter {
    return this.index.matching(queries, countsTerminating);
  }

  terms(kind: keyof AffinityTerms): Iterable<TermHolders> {
    return this.index.terms(kind);
  }

  namespaceLabels(name: string): Labels {
    return this.namespaces.get(name) ?? noLabels;
  }

  /** Returns whether its labels have changed. */
  setNamespace({ metadata }: Namespace): boolean {
    const labels = metadata?.labels ?? noLabels;
    const name = metadata?.name ?? '';
    if (isDeepStrictEqual(labels, this.namespaceLabels(name))) return false;
    this.namespaces.set(name, labels);
    this.index.namespaceRelabelled();
    return true;
  }

  deleteNamespace(name: string): void {
    if (this.namespaces.delete(name)) this.index.namespaceRelabelled();
  }

  setService(service: Service): void {
    put(this.servicesByNamespace, service);
  }

  deleteService(service: Service): void {
    remove(this.servicesByNamespace, service);
  }

  services(namespace: string): Iterable<Service> {
    return this.servicesByNamespace.get(namespace)?.values() ?? [];
  }

  setOwner(kind: OwnerKind, { metadata, spec }: Owner): void {
    const selector = spec?.selector;
    const made = kind === 'ReplicationController' ? selectorFromMap((selector ?? {}) as Record<string, string>) : selectorFromObject(selector as object | undefined);
    this.ownerSelectors.set(ownerKey(kind, metadata?.namespace, metadata?.name), made);
  }

  deleteOwner(kind: OwnerKind, { metadata }: Owner): void {
    this.ownerSelectors.delete(ownerKey(kind, metadata?.namespace, metadata?.name));
  }

  ownerSelector(namespace: string, { kind, name }: OwnerReference): LabelSelector | undefined {
    return this.ownerSelectors.get(ownerKey(kind, namespace, name));
  }

  nodesWithImage(image: string): number {
    return this.nodesByImage.get(image) ?? 0;
  }

  claimUsers(key: string): number {
    return this.usersByClaim.get(key) ?? 0;
  }

  setBudget(budget: PodDisruptionBudget): void {
    put(this.budgetsByNamespace, budget);
  }

  deleteBudget(budget: PodDisruptionBudget): void {
    remove(this.budgetsByNamespace, budget);
  }

  readonly budgets = (namespace: string): Iterable<PodDisruptionBudget> => this.budgetsByNamespace.get(namespace)?.values() ?? [];

  private place(info: PodInfo, nodeName: string, assumed: boolean): void {
    this.deletePod(info.uid);
    const placed: PlacedPod = { info, nodeName, assumed };
    this.placed.set(info.uid, placed);
    if (assumed) this.assumed.add(info.uid);
    this.infoOf(nodeName).addPod(info);
    this.index.count(placed, 1);
    this.countClaims(info, 1);
  }

  private countClaims({ claims }: PodInfo, change: 1 | -1): void {
    for (const key of claims) step(this.usersByClaim, key, change);
  }

  private countImages({ images }: NodeInfo, change: 1 | -1): void {
    for (const image of images.keys()) step(this.nodesByImage, image, change);
  }

  private infoOf(name: string): NodeInfo {
    let info = this.byName.get(name);
    if (!info) this.byName.set(name, (info = new NodeInfo(name)));
    return info;
  }
}

const noLabels: Labels = {};

/** Kinds whose pods are spread together unless they say otherwise. */
export type OwnerKind = 'ReplicationController' | 'ReplicaSet' | 'StatefulSet';

export interface Owner extends Named {
  spec?: { selector?: unknown };
}

const ownerKey = (kind: string, namespace = '', name = ''): string => `${kind} ${namespace}/${name}`;

interface Named {
  metadata?: { name?: string; namespace?: string };
}

function put<T extends Named>(index: Map<string, Map<string, T>>, object: T): void {
  const namespace = object.metadata?.namespace ?? '';
  let objects = index.get(namespace);
  if (!objects) index.set(namespace, (objects = new Map()));
  objects.set(object.metadata?.name ?? '', object);
}

function remove<T extends Named>(index: Map<string, Map<string, T>>, object: T): void {
  const namespace = object.metadata?.namespace ?? '';
  const objects = index.get(namespace);
  objects?.delete(object.metadata?.name ?? '');
  if (objects?.size === 0) index.delete(namespace);
}
