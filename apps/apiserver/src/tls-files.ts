/** PEM texts. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}
