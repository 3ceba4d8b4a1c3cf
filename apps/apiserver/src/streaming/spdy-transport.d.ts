/** spdy-transport carries no types; this is the part that is used. */
declare module 'spdy-transport' {
  import type { Duplex } from 'node:stream';
  import type { SpdyConnection } from './spdy-connection';

  export const connection: { create(transport: Duplex, options: { protocol: 'spdy'; isServer: boolean }): SpdyConnection };
}
