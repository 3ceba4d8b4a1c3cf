import type { KubernetesObject } from '@typernetes/machinery';

/** A kind whose objects are not stored but made when somebody asks for them. They can be read, and not watched. */
export interface ComputedKind {
  /** An empty namespace means all. */
  list(namespace: string): Promise<KubernetesObject[]>;
}

/** By `resource.group`. */
export type ComputedKinds = Readonly<Record<string, ComputedKind>>;
