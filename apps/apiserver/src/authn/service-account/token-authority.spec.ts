import { generateKeyPairSync } from 'node:crypto';
import { SimulatedClock } from '@typernetes/machinery';
import { TokenAuthority } from './token-authority';

const pair = (): { publicKey: Buffer; privateKey: Buffer } => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as Buffer, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as Buffer };
};

describe('TokenAuthority', () => {
  const clock = new SimulatedClock();
  const [own, other] = [pair(), pair()];
  const authority = new TokenAuthority({ issuer: 'https://i', publicKeys: [other.publicKey], signingKey: own.privateKey, clock });
  const issue = (by = authority): Promise<string> =>
    by.issue({ namespace: 'ns', serviceAccount: { name: 'sa', uid: 'u' }, audiences: ['a'], id: 'j', issuedAt: clock.now() / 1000, expirationSeconds: 600, mayExtend: false });

  it('knows its own tokens, and those of other holders of known keys', async () => {
    expect(await authority.verify(await issue())).toMatchObject({ namespace: 'ns', audiences: ['a'] });
    const sibling = new TokenAuthority({ issuer: 'https://i', publicKeys: [], signingKey: other.privateKey, clock });
    expect(await authority.verify(await issue(sibling))).toMatchObject({ namespace: 'ns' });
  });
  it('leaves tokens of others to others', async () => {
    const stranger = new TokenAuthority({ issuer: 'https://j', publicKeys: [], signingKey: other.privateKey, clock });
    expect(await authority.verify(await issue(stranger))).toBeUndefined();
    expect(await authority.verify('no token')).toBeUndefined();
  });
  it('refuses forged and changed tokens', async () => {
    const forger = new TokenAuthority({ issuer: 'https://i', publicKeys: [], signingKey: pair().privateKey, clock });
    await expect(authority.verify(await issue(forger))).rejects.toThrow('signature verification failed');
    const [head, , tail] = (await issue()).split('.');
    const body = Buffer.from(JSON.stringify({ iss: 'https://i', sub: 'system:serviceaccount:kube-system:x' })).toString('base64url');
    await expect(authority.verify(`${head}.${body}.${tail}`)).rejects.toThrow('signature verification failed');
  });
  it('refuses tokens out of time, also those it knows', async () => {
    const token = await issue();
    await authority.verify(token);
    await clock.advance(601_000);
    await expect(authority.verify(token)).rejects.toThrow('"exp" claim timestamp check failed');
  });
  it('shows its public keys only', async () => {
    const { keys } = await authority.keySet();
    expect(keys).toHaveLength(2);
    expect(keys.every((key) => key.alg === 'RS256' && !('d' in key))).toBe(true);
  });
});
