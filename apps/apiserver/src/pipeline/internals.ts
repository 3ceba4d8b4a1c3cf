import type { Registry } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { ObjectReader } from './object-reader';

/** What authenticators, authorisers, admission, handlers and bootstrap get to work with. */
export interface ApiserverInternals {
  readonly objects: ObjectReader;
  /** The whole API in-process as `system:apiserver` of `system:masters`: through the same pipeline, without a door. */
  readonly client: ApiClient;
  /** The kinds that are served now. */
  readonly registry: Registry;
}
