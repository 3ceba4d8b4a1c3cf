import type { Registry } from '@typernetes/api';
import type { Clock, Random } from '@typernetes/machinery';
import type { Mirror, Storage } from '@typernetes/storage';
import type { Extensions } from './pipeline/extensions';
import type { Interceptor } from './pipeline/interceptor';
import type { ResourceStores } from './store/resource-stores';
import type { CommitHooks } from './store/commit-hook';

/** What the verbs work with; made once per server. */
export interface Environment {
  readonly registry: Registry;
  readonly storage: Storage;
  readonly mirror: Mirror;
  readonly stores: ResourceStores;
  readonly extensions: Extensions;
  readonly clock: Clock;
  readonly random: Random;
  /** What is written together with the object (addresses of Services). */
  readonly commitHooks: CommitHooks;
  readonly intercept?: Interceptor;
}
