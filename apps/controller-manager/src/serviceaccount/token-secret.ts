import { SignJWT, importPKCS8 } from 'jose';
import { createPrivateKey, createPublicKey, createHash } from 'node:crypto';
import type { Secret, ServiceAccount } from '@typernetes/api';

export const tokenSecretType = 'kubernetes.io/service-account-token';
export const accountNameAnnotation = 'kubernetes.io/service-account.name';
export const accountUidAnnotation = 'kubernetes.io/service-account.uid';

type SigningKey = Awaited<ReturnType<typeof importPKCS8>>;

/** Signs the long-lived tokens of token secrets: issuer and claims are those of legacy tokens. */
export class LegacyTokenSigner {
  private constructor(
    private readonly key: SigningKey,
    private readonly keyId: string,
    private readonly algorithm: string,
  ) {}

  static async fromPem(pem: string): Promise<LegacyTokenSigner> {
    const privateKey = createPrivateKey(pem);
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    // The key's id is the hash of its public half, as the apiserver's verifier works it out.
    const algorithm = privateKey.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256';
    return new LegacyTokenSigner(await importPKCS8(pkcs8, algorithm), createHash('sha256').update(spki).digest('base64url'), algorithm);
  }

  sign(account: ServiceAccount, secret: Secret): Promise<string> {
    const { name = '', namespace = '', uid = '' } = account.metadata ?? {};
    return new SignJWT({
      'kubernetes.io/serviceaccount/namespace': namespace,
      'kubernetes.io/serviceaccount/secret.name': secret.metadata?.name ?? '',
      'kubernetes.io/serviceaccount/service-account.name': name,
      'kubernetes.io/serviceaccount/service-account.uid': uid,
    })
      .setProtectedHeader({ alg: this.algorithm, kid: this.keyId })
      .setIssuer('kubernetes/serviceaccount')
      .setSubject(`system:serviceaccount:${namespace}:${name}`)
      .sign(this.key);
  }
}

/** What has to be done about a token secret. */
export type TokenSecretStep = 'nothing' | 'fill' | 'delete';

/** A secret asks for a token by its type and the account's name; it dies with its account. */
export function tokenSecretStep(secret: Secret, account: ServiceAccount | undefined, rootCa: string | undefined): TokenSecretStep {
  if (secret.type !== tokenSecretType || !secret.metadata?.annotations?.[accountNameAnnotation]) return 'nothing';
  const uid = secret.metadata.annotations[accountUidAnnotation];
  if (!account) return 'delete';
  if (uid && uid !== account.metadata?.uid) return 'delete';
  const complete = uid && secret.data?.['token'] && secret.data['namespace'] && (!rootCa || secret.data['ca.crt']);
  return complete ? 'nothing' : 'fill';
}
