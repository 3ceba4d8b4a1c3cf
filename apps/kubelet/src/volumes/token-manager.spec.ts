import type { AuthenticationV1TokenRequest } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { formatTime, type Clock } from '@typernetes/machinery';
import { pod } from '../testing/builders';
import { TokenManager } from './token-manager';

const hourMs = 3_600_000;

/** An API that gives numbered tokens, and does not while it is away. */
function setUp(): { time: { nowMs: number }; api: { isAway: boolean }; asked: AuthenticationV1TokenRequest[]; tokens: TokenManager } {
  const time = { nowMs: 1_000 * hourMs };
  const api = { isAway: false };
  const asked: AuthenticationV1TokenRequest[] = [];
  const clock = { now: () => time.nowMs } as Clock;
  const accounts = {
    createSubresource: async (_account: string, _subresource: string, body: AuthenticationV1TokenRequest) => {
      if (api.isAway) throw new Error('away');
      asked.push(body);
      const lifeMs = (body.spec?.expirationSeconds ?? 0) * 1_000;
      return { ...body, status: { token: `token-${asked.length}`, expirationTimestamp: formatTime(time.nowMs + lifeMs) } };
    },
  };
  return { time, api, asked, tokens: new TokenManager({ resource: () => accounts } as unknown as ApiClient, clock) };
}

test('a token is bound to its pod, kept, and fetched anew when four fifths of its life are over', async () => {
  const { time, asked, tokens } = setUp();
  const one = pod();
  expect(await tokens.token(one, 'vault', 3_600)).toBe('token-1');
  expect(asked[0]?.spec).toEqual({ audiences: ['vault'], expirationSeconds: 3_600, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'uid-1' } });
  time.nowMs += 0.79 * hourMs;
  expect(await tokens.token(one, 'vault', 3_600)).toBe('token-1');
  time.nowMs += 0.02 * hourMs;
  expect(await tokens.token(one, 'vault', 3_600)).toBe('token-2');
});

test('one that lives long is fetched anew after a day', async () => {
  const { time, tokens } = setUp();
  await tokens.token(pod(), undefined, 30 * 86_400);
  time.nowMs += 23.9 * hourMs;
  expect(await tokens.token(pod(), undefined, 30 * 86_400)).toBe('token-1');
  time.nowMs += 0.2 * hourMs;
  expect(await tokens.token(pod(), undefined, 30 * 86_400)).toBe('token-2');
});

test('while the API is away a token serves to its end, and no longer', async () => {
  const { time, api, tokens } = setUp();
  await tokens.token(pod(), undefined, 3_600);
  api.isAway = true;
  time.nowMs += 0.95 * hourMs;
  expect(await tokens.token(pod(), undefined, 3_600)).toBe('token-1');
  time.nowMs += 0.1 * hourMs;
  await expect(tokens.token(pod(), undefined, 3_600)).rejects.toThrow('away');
});

test('pods, audiences and lifetimes have tokens of their own; a pod that has gone has none', async () => {
  const { asked, tokens } = setUp();
  const other = pod({}, { metadata: { name: 'db', namespace: 'default', uid: 'uid-2' } });
  const all = [await tokens.token(pod(), undefined, 3_600), await tokens.token(pod(), 'vault', 3_600), await tokens.token(pod(), undefined, 7_200), await tokens.token(other, undefined, 3_600)];
  expect(new Set(all).size).toBe(4);
  tokens.forget('uid-1');
  await tokens.token(other, undefined, 3_600);
  expect(asked).toHaveLength(4);
  expect(await tokens.token(pod(), undefined, 3_600)).toBe('token-5');
});
