import { encodeStored, metadataRange, withoutResourceVersion, withResourceVersion } from './resource-version';

const splice = (text: string, revision: number): string => withResourceVersion(Buffer.from(text), revision).toString();

describe('resourceVersion in bytes', () => {
  it.each([
    ['into metadata', '{"kind":"A","apiVersion":"v1","metadata":{"name":"a"}}', '{"kind":"A","apiVersion":"v1","metadata":{"resourceVersion":"7","name":"a"}}'],
    ['into empty metadata', '{"kind":"A","apiVersion":"v1","metadata":{}}', '{"kind":"A","apiVersion":"v1","metadata":{"resourceVersion":"7"}}'],
    ['instead of an older one', '{"kind":"A","metadata":{"resourceVersion":"123","name":"é"}}', '{"kind":"A","metadata":{"resourceVersion":"7","name":"é"}}'],
    ['instead of a lone one', '{"kind":"A","metadata":{"resourceVersion":"123"}}', '{"kind":"A","metadata":{"resourceVersion":"7"}}'],
  ])('%s', (_, text, expected) => {
    expect(splice(text, 7)).toBe(expected);
  });

  it.each([
    ['as the first of several fields', '{"kind":"A","metadata":{"resourceVersion":"7","name":"a"}}', '{"kind":"A","metadata":{"name":"a"}}'],
    ['alone', '{"kind":"A","metadata":{"resourceVersion":"7"}}', '{"kind":"A","metadata":{}}'],
    ['not there', '{"kind":"A","metadata":{"name":"a"}}', '{"kind":"A","metadata":{"name":"a"}}'],
  ])('is taken out again: %s', (_, text, expected) => {
    expect(withoutResourceVersion(Buffer.from(text)).toString()).toBe(expected);
  });

  it('stores kind, apiVersion and metadata first and no version', () => {
    const object = { spec: { a: 1 }, metadata: { name: 'a', resourceVersion: '5' }, apiVersion: 'v1', kind: 'A' };
    expect(encodeStored(object).toString()).toBe('{"kind":"A","apiVersion":"v1","metadata":{"name":"a"},"spec":{"a":1}}');
    expect(object.metadata.resourceVersion).toBe('5');
  });
});

describe('metadata in bytes', () => {
  it.each([
    ['between other fields', '{"kind":"A","apiVersion":"v1","metadata":{"name":"a"},"spec":{}}', '{"name":"a"}'],
    ['with objects inside', '{"kind":"A","apiVersion":"v1","metadata":{"labels":{"a":"b"},"managedFields":[{"fieldsV1":{"f:a":{}}}]}}', '{"labels":{"a":"b"},"managedFields":[{"fieldsV1":{"f:a":{}}}]}'],
    ['with braces, quotes and backslashes in texts', String.raw`{"kind":"A","apiVersion":"v1","metadata":{"annotations":{"a":"}\"}","b":"\\"}},"c":1}`, String.raw`{"annotations":{"a":"}\"}","b":"\\"}}`],
    ['empty', '{"kind":"A","apiVersion":"v1","metadata":{}}', '{}'],
    ['behind other objects', '{"spec":{"metadata":{"name":"b"}},"metadata":{"name":"a"}}', undefined],
    ['missing', '{"kind":"A"}', undefined],
  ])('%s', (_, text, expected) => {
    const value = Buffer.from(text);
    const range = metadataRange(value);
    expect(range && value.toString('utf8', range.start, range.end)).toBe(expected);
  });
});
