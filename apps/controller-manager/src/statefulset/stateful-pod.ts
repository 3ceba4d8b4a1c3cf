import type { ControllerRevision, PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet, Volume } from '@typernetes/api';
import { controllerReference } from '@typernetes/machinery';
import { revisionLabel } from '../controller-revisions/revision';

export const podNameLabel = 'statefulset.kubernetes.io/pod-name';
export const podIndexLabel = 'apps.kubernetes.io/pod-index';

export const statefulSetGvk = { apiVersion: 'apps/v1', kind: 'StatefulSet' };

export const startOf = ({ spec }: StatefulSet): number => spec?.ordinals?.start ?? 0;
export const replicasOf = ({ spec }: StatefulSet): number => spec?.replicas ?? 1;

/** The number at the end of a pod's name; -1 when the name is not one that the set gives. */
export function ordinalOf(set: StatefulSet, { metadata }: Pod): number {
  const match = /^(.*)-(\d+)$/.exec(metadata?.name ?? '');
  return match?.[1] === set.metadata?.name ? Number(match?.[2]) : -1;
}

export function isInRange(set: StatefulSet, ordinal: number): boolean {
  return ordinal >= startOf(set) && ordinal < startOf(set) + replicasOf(set);
}

export const podNameOf = (set: StatefulSet, ordinal: number): string => `${set.metadata?.name}-${ordinal}`;

export const claimNameOf = (template: PersistentVolumeClaim, podName: string): string => `${template.metadata?.name}-${podName}`;

/** What makes a pod the one of its ordinal: name labels, host name and the volumes of its claims. */
function identified(set: StatefulSet, ordinal: number, template: PodTemplateSpec): PodTemplateSpec {
  const name = podNameOf(set, ordinal);
  return {
    metadata: { ...template.metadata, labels: { ...template.metadata?.labels, [podNameLabel]: name, [podIndexLabel]: String(ordinal) } },
    spec: { containers: [], ...template.spec, hostname: name, subdomain: set.spec?.serviceName || undefined, volumes: volumesOf(set, name, template.spec?.volumes) },
  };
}

/** Volumes of the claims take the place of volumes of the same name. */
function volumesOf(set: StatefulSet, podName: string, own: readonly Volume[] = []): Volume[] | undefined {
  const claims = set.spec?.volumeClaimTemplates ?? [];
  const names = new Set(claims.map(({ metadata }) => metadata?.name));
  const made = claims.map((claim): Volume => ({ name: claim.metadata?.name ?? '', persistentVolumeClaim: { claimName: claimNameOf(claim, podName) } }));
  const volumes = [...made, ...own.filter(({ name }) => !names.has(name))];
  return volumes.length ? volumes : undefined;
}

/** The pod of one ordinal, made from the template of one revision. */
export function statefulPod(set: StatefulSet, ordinal: number, { name: revisionName, template }: { name: string; template: PodTemplateSpec }): Pod {
  const { metadata, spec } = identified(set, ordinal, template);
  return {
    metadata: {
      name: podNameOf(set, ordinal),
      namespace: set.metadata?.namespace,
      labels: { ...metadata?.labels, [revisionLabel]: revisionName },
      annotations: metadata?.annotations,
      finalizers: metadata?.finalizers,
      ownerReferences: [controllerReference(set, statefulSetGvk)],
    },
    spec,
  };
}

export const revisionOf = ({ metadata }: Pod): string | undefined => metadata?.labels?.[revisionLabel];

export const nameOfRevision = ({ metadata }: ControllerRevision): string => metadata?.name ?? '';

/** The labels that are missing or wrong on a pod of ours; undefined when it is as it should be. */
export function missingIdentity(set: StatefulSet, pod: Pod): Record<string, string> | undefined {
  const wanted = { [podNameLabel]: pod.metadata?.name ?? '', [podIndexLabel]: String(ordinalOf(set, pod)) };
  const isSame = Object.entries(wanted).every(([key, value]) => pod.metadata?.labels?.[key] === value);
  return isSame ? undefined : wanted;
}

/** The claims that the pod of an ordinal needs. */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  const podName = podNameOf(set, ordinal);
  return (set.spec?.volumeClaimTemplates ?? []).map(({ metadata, spec }) => ({
    metadata: {
      name: claimNameOf({ metadata }, podName),
      namespace: set.metadata?.namespace,
      labels: { ...metadata?.labels, ...set.spec?.selector.matchLabels },
      annotations: metadata?.annotations,
    },
    spec,
  }));
}
