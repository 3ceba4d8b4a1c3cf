/** Parts of node-forge on their own: the whole of it, with its ciphers and its TLS, is a megabyte of memory. */
declare module 'node-forge/lib/asn1' {
  import type forge from 'node-forge';
  const asn1: typeof forge.asn1;
  export default asn1;
}

declare module 'node-forge/lib/util' {
  import type forge from 'node-forge';
  const util: typeof forge.util;
  export default util;
}
