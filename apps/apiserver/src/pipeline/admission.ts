import type { KindDefinition } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import type { UserInfo } from './types';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** One write on its way through admission. */
export interface AdmissionContext {
  readonly operation: AdmissionOperation;
  /** The kind of the resource, also when a subresource is addressed. */
  readonly kind: KindDefinition;
  /** `status`, `scale`, `binding`, `exec`, ... or empty. */
  readonly subresource: string;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  /** Empty while generateName has not been resolved. */
  readonly name: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** The new object (for subresources with a body: the body); absent on DELETE. `admit` may change it in place. */
  readonly object?: KubernetesObject;
  /** The stored object on UPDATE and DELETE. Read-only. */
  readonly previous?: KubernetesObject;
  /** Adds a `Warning: 299` header to the answer. */
  warn(text: string): void;
}

/**
 * A step of the admission chain; the order of the chain is the order of the list it stands in. Each method is called
 * once per write and may be called again when the write is retried after a conflict.
 * @throws ApiError Forbidden (or Invalid) to refuse
 */
export interface AdmissionPlugin {
  readonly name: string;
  readonly operations: readonly AdmissionOperation[];
  admit?(context: AdmissionContext): Promise<void> | void;
  validate?(context: AdmissionContext): Promise<void> | void;
}
