import { prefixOf, validateManagedFields } from './field-manager';

it.each([
  ['kubectl/v1.35.0 (linux/amd64) kubernetes/abc', 'kubectl'],
  ['Mozilla 5', 'Mozilla 5'],
  ['a\u0000b\u200b/1', 'ab'],
  ['é'.repeat(70), 'é'.repeat(64)],
  ['', ''],
])('the manager behind the User-Agent %j is %j', (userAgent, manager) => {
  expect(prefixOf(userAgent)).toBe(manager);
});

it('finds what a client may not write', () => {
  const errors = validateManagedFields({ metadata: { managedFields: [{ manager: 'ok' }, { manager: 'm'.repeat(129) }, { manager: '\n' }, { subresource: 's'.repeat(257) }] } });
  expect(errors.map(({ type, field }) => [type, field])).toEqual([
    ['TooLong', 'metadata.managedFields[1].manager'],
    ['Invalid', 'metadata.managedFields[2].manager'],
    ['TooLong', 'metadata.managedFields[3].subresource'],
  ]);
});
