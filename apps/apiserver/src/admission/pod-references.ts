import type { Container, Pod, PodSpec, ProjectedVolumeSource, Volume } from '@typernetes/api';

/** Set by kubelets on the API's copies of pods that only they rule. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** Names of objects in the pod's namespace that the pod needs. */
export interface PodReferences {
  readonly secrets: ReadonlySet<string>;
  readonly configMaps: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
  /** Whether the pod mounts tokens of its account. */
  readonly usesTokens: boolean;
}

interface Collected {
  readonly secrets: Set<string>;
  readonly configMaps: Set<string>;
  readonly claims: Set<string>;
  usesTokens: boolean;
}

const add = (names: Set<string>, name: string | undefined): void => {
  if (name) names.add(name);
};

function collectProjected({ sources }: ProjectedVolumeSource, into: Collected): void {
  for (const { secret, configMap, serviceAccountToken } of sources ?? []) {
    add(into.secrets, secret?.name);
    add(into.configMaps, configMap?.name);
    into.usesTokens ||= serviceAccountToken !== undefined;
  }
}

/** In-tree volume types that name a Secret in the pod's namespace. */
function collectVolume(volume: Volume, into: Collected): void {
  add(into.secrets, volume.secret?.secretName);
  add(into.configMaps, volume.configMap?.name);
  add(into.claims, volume.persistentVolumeClaim?.claimName);
  if (volume.projected) collectProjected(volume.projected, into);
  const { azureFile, cephfs, csi, flexVolume, iscsi, rbd, scaleIO, storageos } = volume;
  add(into.secrets, azureFile?.secretName);
  for (const source of [cephfs, flexVolume, iscsi, rbd, scaleIO, storageos]) add(into.secrets, source?.secretRef?.name);
  add(into.secrets, csi?.nodePublishSecretRef?.name);
}

function collectContainer({ env, envFrom }: Container, into: Collected): void {
  for (const { valueFrom } of env ?? []) {
    add(into.secrets, valueFrom?.secretKeyRef?.name);
    add(into.configMaps, valueFrom?.configMapKeyRef?.name);
  }
  for (const { secretRef, configMapRef } of envFrom ?? []) {
    add(into.secrets, secretRef?.name);
    add(into.configMaps, configMapRef?.name);
  }
}

const containersOf = (spec: PodSpec): Container[] => [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];

/** Audiences of the tokens that a pod mounts; empty for the API's own. */
export function tokenAudiences({ spec }: Pod): string[] {
  const sources = (spec?.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return sources.flatMap(({ serviceAccountToken }) => (serviceAccountToken ? [serviceAccountToken.audience ?? ''] : []));
}

/** All that a pod refers to. */
export function podReferences({ metadata, spec }: Pod): PodReferences {
  const into: Collected = { secrets: new Set(), configMaps: new Set(), claims: new Set(), usesTokens: false };
  if (!spec) return into;
  for (const volume of spec.volumes ?? []) {
    collectVolume(volume, into);
    // The claim that is made for the pod (KEP-1698).
    if (volume.ephemeral) into.claims.add(`${metadata?.name}-${volume.name}`);
  }
  for (const container of containersOf(spec)) collectContainer(container, into);
  for (const { name } of spec.imagePullSecrets ?? []) add(into.secrets, name);
  return into;
}
