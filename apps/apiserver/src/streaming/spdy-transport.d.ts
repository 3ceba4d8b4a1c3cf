/** spdy-transport carries no types; this is the part that is used. */
declare module 'spdy-transport' {
  import type { Duplex } from 'node:stream';
  import type { SpdyConnection } from './spdy-connection';

  type Headers = Record<string, string>;
  type HeadersCallback = (error: Error | null, headers?: Headers) => void;

  interface Parser {
    parseKVs(body: unknown, callback: HeadersCallback): void;
  }

  interface Protocol {
    parser: { create(options: unknown): Parser };
  }

  export const protocol: { spdy: Protocol; [dialect: string]: Protocol };
  export const connection: { create(transport: Duplex, options: { protocol: string; isServer: boolean }): SpdyConnection };
}
