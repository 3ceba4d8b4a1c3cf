import type { Secret, ServiceAccount } from '@typernetes/api';
import { legacyTokenStep } from './legacy-token-clean-up';

const nowMs = Date.parse('2026-06-01T12:00:00Z');
const account: ServiceAccount = { metadata: { name: 'a', uid: 'u' }, secrets: [{ name: 't' }] };
const secret = (labels: Record<string, string> = {}, creationTimestamp = '2022-01-01T00:00:00Z'): Secret => ({
  metadata: { name: 't', labels, creationTimestamp, annotations: { 'kubernetes.io/service-account.name': 'a', 'kubernetes.io/service-account.uid': 'u' } },
});
const used = (day: string): Record<string, string> => ({ 'kubernetes.io/legacy-token-last-used': day });
const invalid = (day: string): Record<string, string> => ({ 'kubernetes.io/legacy-token-invalid-since': day });
const longAgo = Date.parse('2023-01-01T00:00:00Z');

test.each<[string, Secret, Partial<Parameters<typeof legacyTokenStep>[0]>, string]>([
  ['never used', secret(), {}, 'mark'],
  ['used last month', secret(used('2026-05-01')), {}, 'keep'],
  ['not used for long', secret(used('2024-05-01')), {}, 'mark'],
  ['marked last month', secret(invalid('2026-05-01')), {}, 'keep'],
  ['marked long ago', secret(invalid('2025-05-01')), {}, 'delete'],
  ['marked long ago, but used', secret({ ...invalid('2025-05-01'), ...used('2026-05-01') }), {}, 'keep'],
  ['mounted', secret(), { isMounted: true }, 'keep'],
  ['young', secret({}, '2026-01-01T00:00:00Z'), {}, 'keep'],
  ['uses are not known for long', secret(), { trackedSinceMs: Date.parse('2026-01-01T00:00:00Z') }, 'keep'],
  ['made on purpose', secret(), { account: { metadata: { name: 'a', uid: 'u' } } }, 'keep'],
  ['of another account', secret(), { account: { ...account, metadata: { uid: 'other' } } }, 'keep'],
  ['without account', secret(), { account: undefined }, 'keep'],
])('%s', (_name, object, rest, expected) => expect(legacyTokenStep({ secret: object, account, isMounted: false, trackedSinceMs: longAgo, nowMs, ...rest })).toBe(expected));
