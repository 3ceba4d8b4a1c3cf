import type { PodTemplateSpec, ResourceType } from '@typernetes/api';
import type { KubernetesObject, LabelSelector } from '@typernetes/machinery';

export interface ReplicaCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

export interface ReplicaStatus {
  replicas: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  terminatingReplicas?: number;
  observedGeneration?: number;
  conditions?: ReplicaCondition[];
}

/** What ReplicationControllers and ReplicaSets have in common. */
export interface ReplicaOwner extends KubernetesObject {
  spec?: { replicas?: number; minReadySeconds?: number; template?: PodTemplateSpec };
  status?: ReplicaStatus;
}

/** In what the two differ. */
export interface ReplicaStyle<O extends ReplicaOwner> {
  /** Upstream's, as in `--controllers`. */
  readonly name: string;
  /** Who signs the events. */
  readonly eventSource: string;
  readonly type: ResourceType<O>;
  readonly gvk: { readonly apiVersion: string; readonly kind: string };
  selectorOf(owner: O): LabelSelector;
  /** KEP-3973 is for the newer kind alone. */
  readonly countsTerminating: boolean;
}
