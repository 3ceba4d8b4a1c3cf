import { createHmac } from 'node:crypto';
import type { Secret } from '@typernetes/api';
import { detachedSignature, signedInfo, signingToken, untilExpiryMs } from './bootstrap-token';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const secret = (data: Record<string, string> = {}, name = 'bootstrap-token-abcdef'): Secret => ({
  metadata: { name },
  type: 'bootstrap.kubernetes.io/token',
  data: Object.fromEntries(Object.entries({ 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-signing': 'true', ...data }).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});

test.each<[string, string | undefined, number | undefined]>([
  ['never', undefined, undefined],
  ['in a minute', '2026-01-01T00:01:00Z', 60_000],
  ['a minute ago', '2025-12-31T23:59:00Z', -60_000],
  ['nobody knows when', 'soon', -nowMs],
])('expires %s', (_name, expiration, expected) => expect(untilExpiryMs(secret(expiration === undefined ? {} : { expiration }), nowMs)).toBe(expected));

test.each<[string, Secret, boolean]>([
  ['a token', secret(), true],
  ['one that is not for it', secret({ 'usage-bootstrap-signing': 'false' }), false],
  ['one that has expired', secret({ expiration: '2025-01-01T00:00:00Z' }), false],
  ['one with a wrong name', secret({}, 'other'), false],
])('%s signs: %s', (_name, object, expected) => expect(signingToken(object, nowMs) !== undefined).toBe(expected));

test('signs without the payload', () => {
  const [header = '', payload, signature] = detachedSignature('content', { id: 'abcdef', secret: 'key' }).split('.');
  expect([JSON.parse(Buffer.from(header, 'base64url').toString()), payload]).toEqual([{ alg: 'HS256', kid: 'abcdef' }, '']);
  expect(signature).toBe(createHmac('sha256', 'key').update(`${header}.${Buffer.from('content').toString('base64url')}`).digest('base64url'));
});

test('signatures come and go with their tokens', () => {
  const info = { data: { kubeconfig: 'content', 'jws-kubeconfig-old000': 'x', note: 'stays' } };
  const token = { id: 'abcdef', secret: 'key' };
  const data = signedInfo(info, [token]);
  expect(data).toEqual({ kubeconfig: 'content', note: 'stays', 'jws-kubeconfig-abcdef': detachedSignature('content', token) });
  expect(signedInfo({ data }, [token])).toBeUndefined();
  expect(signedInfo({ data: {} }, [token])).toBeUndefined();
});
