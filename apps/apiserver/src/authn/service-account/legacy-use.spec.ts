import type { ApiClient } from '@typernetes/client';
import { SimulatedClock } from '@typernetes/machinery';
import { legacyUseRecorder, markedInvalid } from './legacy-use';

test('a marked secret is no good', () => {
  expect(markedInvalid({ metadata: { namespace: 'ns', name: 't' } }, 'a')).toBeUndefined();
  expect(markedInvalid({ metadata: { namespace: 'ns', name: 't', labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } } }, 'a')).toMatch(
    /^the token in secret ns\/t for service account ns\/a has been marked invalid\./,
  );
});

test('a use is written down once a day', () => {
  const patches: unknown[] = [];
  const client = { resource: () => ({ patch: (...args: unknown[]) => Promise.resolve(patches.push(args)) }) } as unknown as ApiClient;
  const record = legacyUseRecorder(client, new SimulatedClock(Date.UTC(2026, 0, 2)), () => {});
  record({ metadata: { name: 't', namespace: 'ns', uid: 'u', labels: { 'kubernetes.io/legacy-token-last-used': '2026-01-02' } } });
  expect(patches).toEqual([]);
  record({ metadata: { name: 't', namespace: 'ns', uid: 'u', labels: { 'kubernetes.io/legacy-token-last-used': '2026-01-01' } } });
  expect(patches).toEqual([['t', { metadata: { uid: 'u', labels: { 'kubernetes.io/legacy-token-last-used': '2026-01-02' } } }, { namespace: 'ns', type: 'application/merge-patch+json' }]]);
});
