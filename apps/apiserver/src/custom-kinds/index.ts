import { setMaxListeners } from 'node:events';
import type { Logger } from '@typernetes/component';
import type { Environment } from '../environment';
import type { ApiserverInternals } from '../pipeline/internals';
import { converterOf } from './conversion-webhook';
import { compileCustomSchema } from './custom-schema';
import { DefinitionFollower } from './definition-follower';
import { DefinitionFinalizer } from './finalizer';

export interface FollowDefinitionsOptions {
  readonly environment: Environment;
  readonly internals: ApiserverInternals;
  readonly logger: Logger;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Begins to serve custom kinds. Resolves when all that are declared already are served.
 * @returns resolves when the kinds of all definitions that are stored now are served
 */
export async function followDefinitions({ environment, internals, logger, signal }: FollowDefinitionsOptions): Promise<() => Promise<void>> {
  // Each definition that goes waits with it: no leak.
  setMaxListeners(0, signal);
  const { registry, stores, clock, mirror } = environment;
  const shared = { registry, objects: internals.objects, client: internals.client, clock, logger };
  const finalizer = new DefinitionFinalizer({ ...shared, signal, confirm: () => mirror.confirm() });
  const follower = new DefinitionFollower({ ...shared, stores, compile: compileCustomSchema, converterOf: (definition) => converterOf(definition, environment.extensions.webhooks), finalize: (definition) => finalizer.finalize(definition) });
  signal.addEventListener('abort', () => follower.stop(), { once: true });
  await follower.start();
  return async () => {
    await mirror.confirm();
    await follower.settled();
  };
}
