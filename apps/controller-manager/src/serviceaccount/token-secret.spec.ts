import { createServiceAccountKeys, newP256KeyPair } from '@typernetes/pki';
import type { Secret } from '@typernetes/api';
import { importSPKI, jwtVerify } from 'jose';
import { LegacyTokenSigner, tokenSecretStep } from './token-secret';

const account = { metadata: { name: 'robot', namespace: 'default', uid: 'u' } };
const secret = (annotations: Record<string, string>, data?: Record<string, string>): Secret => ({
  metadata: { name: 's', annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`kubernetes.io/service-account.${key}`, value])) },
  type: 'kubernetes.io/service-account-token',
  data,
});
const whole = { token: 't', namespace: 'n', 'ca.crt': 'c' };

test.each([
  ['asked for', secret({ name: 'robot' }), account, 'fill'],
  ['filled', secret({ name: 'robot', uid: 'u' }, whole), account, 'nothing'],
  ['without the authority', secret({ name: 'robot', uid: 'u' }, { token: 't', namespace: 'n' }), account, 'fill'],
  ['the account is gone', secret({ name: 'robot', uid: 'u' }, whole), undefined, 'delete'],
  ['the account was made anew', secret({ name: 'robot', uid: 'old' }, whole), account, 'delete'],
  ['names no account', secret({}), undefined, 'nothing'],
  ['of another type', { ...secret({ name: 'robot' }), type: 'Opaque' }, account, 'nothing'],
])('a token secret: %s', (_name, object, owner, expected) => expect(tokenSecretStep(object, owner, 'CA')).toBe(expected));

test.each([
  ['RS256', createServiceAccountKeys],
  ['ES256', newP256KeyPair],
])('tokens verify with the public key, %s', async (algorithm, newKeys) => {
  const { privateKey, publicKey } = newKeys();
  const token = await (await LegacyTokenSigner.fromPem(privateKey)).sign(account, secret({ name: 'robot' }));
  const { payload } = await jwtVerify(token, await importSPKI(publicKey, algorithm));
  expect(payload).toMatchObject({ iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:default:robot', 'kubernetes.io/serviceaccount/secret.name': 's' });
});
