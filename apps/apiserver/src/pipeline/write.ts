import type { KubernetesObject } from '@typernetes/machinery';
import type { Call } from './call';

/** One attempt to write one object. `next` is the attempt's own copy; the steps work on it in order. */
export interface Write {
  readonly call: Call;
  readonly operation: 'CREATE' | 'UPDATE';
  /** `status`, `scale`, ... or empty. */
  readonly subresource: string;
  readonly next: KubernetesObject;
  readonly previous?: KubernetesObject;
  /** RFC 3339, whole seconds. */
  readonly now: string;
}
