import { payloadOf, readClaims, type NewToken } from './claims';

const token: NewToken = {
  namespace: 'ns',
  serviceAccount: { name: 'sa', uid: 'u' },
  pod: { name: 'p', uid: 'pu' },
  audiences: ['api'],
  issuer: 'iss',
  id: 'j',
  issuedAt: 1_000,
  expirationSeconds: 3_600,
  mayExtend: true,
};

describe('payloadOf', () => {
  it('says who, for whom and how long', () =>
    expect(payloadOf(token)).toEqual({
      aud: ['api'],
      exp: 4_600,
      iat: 1_000,
      iss: 'iss',
      jti: 'j',
      nbf: 1_000,
      sub: 'system:serviceaccount:ns:sa',
      'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'sa', uid: 'u' }, pod: { name: 'p', uid: 'pu' } },
    }));

  it.each<[number, boolean, number, number | undefined]>([
    [3_607, true, 1_000 + 31_536_000, 4_607],
    [3_607, false, 4_607, undefined],
    [3_600, true, 4_600, undefined],
  ])('%i seconds, extension %s: expires at %i, warns after %s', (expirationSeconds, mayExtend, exp, warnafter) => {
    const payload = payloadOf({ ...token, expirationSeconds, mayExtend });
    expect([payload['exp'], (payload['kubernetes.io'] as { warnafter?: number }).warnafter]).toEqual([exp, warnafter]);
  });
});

describe('readClaims', () => {
  it('reads what payloadOf writes', () =>
    expect(readClaims(payloadOf(token))).toEqual({
      type: 'bound',
      namespace: 'ns',
      serviceAccount: { name: 'sa', uid: 'u' },
      pod: { name: 'p', uid: 'pu' },
      audiences: ['api'],
      id: 'j',
      expiresAtMs: 4_600_000,
    }));

  const legacy = {
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:ns:sa',
    'kubernetes.io/serviceaccount/namespace': 'ns',
    'kubernetes.io/serviceaccount/secret.name': 's',
    'kubernetes.io/serviceaccount/service-account.name': 'sa',
    'kubernetes.io/serviceaccount/service-account.uid': 'u',
  };
  it('reads tokens from Secrets', () =>
    expect(readClaims(legacy)).toEqual({ type: 'legacy', namespace: 'ns', serviceAccount: { name: 'sa', uid: 'u' }, secretName: 's' }));

  it.each<[string, Record<string, unknown>]>([
    ['another subject', { ...payloadOf(token), sub: 'system:serviceaccount:ns:other' }],
    ['no end', { ...payloadOf(token), exp: undefined }],
    ['nothing of ours', { sub: 'x' }],
    ['a legacy token without secret', { ...legacy, 'kubernetes.io/serviceaccount/secret.name': '' }],
  ])('refuses %s', (_, payload) => expect(readClaims(payload)).toBeUndefined());
});
