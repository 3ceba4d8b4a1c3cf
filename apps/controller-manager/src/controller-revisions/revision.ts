import type { ControllerRevision, PodTemplateSpec } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import { controllerReference } from '@typernetes/machinery';
import { canonicalJson, hashOf } from './template-hash';

/** On pods: the revision that they were made from. */
export const revisionLabel = 'controller-revision-hash';

/** What a controller with revisions has in common with the others of its sort. */
export interface RevisionedOwner extends KubernetesObject {
  spec?: { template?: PodTemplateSpec };
  status?: { collisionCount?: number };
}

/** How a kind of controller names its revisions. */
export interface RevisionStyle {
  gvk: { apiVersion: string; kind: string };
  /** Label of the revision that holds its hash. */
  hashLabel: string;
}

const templateOf = (owner: RevisionedOwner): PodTemplateSpec => owner.spec?.template ?? ({} as PodTemplateSpec);

/** The state that a revision keeps: a strategic merge patch that puts the pod template back, which is what kubectl applies. */
export function revisionData(owner: RevisionedOwner): { spec: { template: PodTemplateSpec & { $patch: 'replace' } } } {
  return { spec: { template: { ...templateOf(owner), $patch: 'replace' } } };
}

/** The template that a revision keeps. */
export function templateIn({ data }: ControllerRevision): PodTemplateSpec {
  const { $patch: _patch, ...template } = (data as Partial<ReturnType<typeof revisionData>> | undefined)?.spec?.template ?? ({} as PodTemplateSpec & { $patch?: string });
  return template as PodTemplateSpec;
}

/** The revision that the owner's present template would be. */
export function newRevision(owner: RevisionedOwner, style: RevisionStyle, number: number, collisionCount: number | undefined): ControllerRevision {
  const data = revisionData(owner);
  const hash = hashOf(data, collisionCount);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner.metadata?.name}-${hash}`,
      namespace: owner.metadata?.namespace,
      labels: { ...templateOf(owner).metadata?.labels, [style.hashLabel]: hash },
      annotations: owner.metadata?.annotations,
      ownerReferences: [controllerReference(owner, style.gvk)],
    },
    data,
    revision: number,
  };
}

export const sameState = (a: ControllerRevision, b: ControllerRevision): boolean => canonicalJson(a.data) === canonicalJson(b.data);

/** Oldest first; of equal numbers the younger object is the later one, then by name. */
export function sortRevisions(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  const created = ({ metadata }: ControllerRevision): string => metadata?.creationTimestamp ?? '';
  return [...revisions].sort(
    (a, b) => a.revision - b.revision || compare(created(a), created(b)) || compare(a.metadata?.name ?? '', b.metadata?.name ?? ''),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What has to be written so that the newest revision is the present template. */
export type RevisionStep =
  | { do: 'nothing'; update: ControllerRevision }
  /** An older revision becomes the newest: a rollback. */
  | { do: 'renumber'; update: ControllerRevision; number: number }
  | { do: 'create'; update: ControllerRevision };

/** @param revisions those of the owner, oldest first */
export function nextRevisionStep(owner: RevisionedOwner, style: RevisionStyle, revisions: readonly ControllerRevision[]): RevisionStep {
  const last = revisions.at(-1);
  const wanted = newRevision(owner, style, (last?.revision ?? 0) + 1, owner.status?.collisionCount);
  const equal = revisions.filter((revision) => sameState(revision, wanted)).at(-1);
  if (!equal) return { do: 'create', update: wanted };
  return equal === last ? { do: 'nothing', update: equal } : { do: 'renumber', update: equal, number: wanted.revision };
}

/** The oldest revisions beyond the limit that neither a pod nor the owner's status refers to. */
export function superfluousRevisions(revisions: readonly ControllerRevision[], isLive: (revision: ControllerRevision) => boolean, limit: number): ControllerRevision[] {
  const idle = revisions.filter((revision) => !isLive(revision));
  return idle.slice(0, Math.max(0, idle.length - limit));
}
