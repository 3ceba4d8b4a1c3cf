import type { ApiserverConfig } from './config';
import type { ApiserverInternals, Extensions } from './pipeline/extensions';

/** The lists of a real server, in order. */
export function standardExtensions(_config: ApiserverConfig, _internals: ApiserverInternals): Extensions {
  return { authenticators: [], authorizers: [], admission: [], subresourceHandlers: {} };
}
