import type { Exchange } from './exchange';

/** Serves paths that are no resources (discovery, OpenAPI, health, metrics, version). False: not one of mine. */
export type PathHandler = (exchange: Exchange) => Promise<boolean> | boolean;

/** Asks handlers in order. */
export const firstOf =
  (...handlers: readonly PathHandler[]): PathHandler =>
  async (exchange) => {
    for (const handler of handlers) if (await handler(exchange)) return true;
    return false;
  };
