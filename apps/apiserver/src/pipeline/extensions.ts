import type { KindDefinition } from '@typernetes/api';
import type { AdmissionPlugin } from './admission';
import type { Authenticator } from './authenticator';
import type { Authorizer } from './authorizer';
import type { ComputedKinds } from './computed-kind';
import type { HealthCheck } from '../rest/health';
import type { PathHandler } from '../rest/paths';
import type { Aggregator } from '../aggregation/aggregator';
import type { WebhookClient } from '../webhooks/webhook-client';
import type { SubresourceHandlers } from './subresource';

/** The lists that make an apiserver; the pipeline runs each in order. */
export interface Extensions {
  readonly authenticators: readonly Authenticator[];
  readonly authorizers: readonly Authorizer[];
  readonly admission: readonly AdmissionPlugin[];
  readonly subresourceHandlers: SubresourceHandlers;
  /** Kinds beyond the built-in ones. */
  readonly kinds?: readonly KindDefinition[];
  /** What makes the objects of those that are not stored. */
  readonly computedKinds?: ComputedKinds;
  /** Versions of the API that other servers serve. */
  readonly aggregator?: Aggregator;
  /** Asks webhooks. */
  readonly webhooks?: WebhookClient;
  /** Paths that are no resources, beyond the server's own. */
  readonly paths?: PathHandler;
  /** Further checks of /readyz, /livez and /healthz. */
  readonly checks?: readonly HealthCheck[];
  /** Runs when the caches are synced, before the doors open: what decides requests is loaded here. */
  prepare?(signal: AbortSignal): void;
  /** Runs once the server listens: default namespaces, roles, `kubernetes` Service. */
  bootstrap?(signal: AbortSignal, ports: { readonly securePort: number }): Promise<void>;
}
