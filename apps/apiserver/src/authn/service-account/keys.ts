import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** A key with what a JWT's header says of it. */
export interface TokenKey {
  readonly key: KeyObject;
  /** SHA-256 of the public key in DER: the same in all apiservers that share the key, as upstream's. */
  readonly id: string;
  /** JWS algorithm. */
  readonly algorithm: string;
}

const curves: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/** @throws Error for keys that no JWS algorithm of the API fits */
export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const algorithm = asymmetricKeyType === 'rsa' ? 'RS256' : curves[asymmetricKeyDetails?.namedCurve ?? ''];
  if (!algorithm) throw new Error(`service account key: ${asymmetricKeyType ?? 'unknown'} keys are not supported, want RSA or ECDSA`);
  return algorithm;
}

/** Hash of the public half. */
export function keyId(publicKey: KeyObject): string {
  return createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64url');
}

/** @param pem a public key, or a private one of which the public half is taken */
export function readPublicKey(pem: Buffer): TokenKey {
  const key = createPublicKey(pem);
  return { key, id: keyId(key), algorithm: algorithmOf(key) };
}

export function readPrivateKey(pem: Buffer): TokenKey {
  const key = createPrivateKey(pem);
  return { key, id: keyId(createPublicKey(pem)), algorithm: algorithmOf(key) };
}
