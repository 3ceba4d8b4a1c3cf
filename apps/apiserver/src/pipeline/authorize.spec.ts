import { resourceAttributes } from './authorize';

const target = { group: '', version: 'v1', resource: 'secrets', namespace: 'shop', name: '', subresource: '' };

test.each([
  ['nothing', undefined, ''],
  ['one name', 'metadata.name=key', 'key'],
  ['one name among others', 'type=Opaque,metadata.name=key', 'key'],
  ['all but one', 'metadata.name!=key', ''],
  ['what cannot be read', 'metadata.name', ''],
])('a watch that selects %s', (_what, fieldSelector, name) => {
  const attributes = resourceAttributes({ verb: 'watch', target, options: fieldSelector ? { fieldSelector } : {} });
  expect(attributes).toEqual({ type: 'resource', verb: 'watch', ...target, name, ...(fieldSelector ? { fieldSelector } : {}) });
});
