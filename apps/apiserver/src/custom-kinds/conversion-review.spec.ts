import { convertedObjects, type ConversionQuestion } from './conversion-review';

const before = { kind: 'Shirt', apiVersion: 'example.com/v1', metadata: { name: 'a', uid: 'u', labels: { a: 'b' }, generation: 3 }, spec: {} };
const question: ConversionQuestion = { uid: '1', desiredAPIVersion: 'example.com/v2', objects: [before] };
const after = { ...before, apiVersion: 'example.com/v2' };
const answer = (convertedObjects: unknown, rest: object = {}): unknown => ({ response: { uid: '1', result: { status: 'Success' }, convertedObjects, ...rest } });

describe('the answer of a conversion webhook', () => {
  it('changes everything but metadata, of which labels and annotations alone', () => {
    const converted = { ...after, metadata: { name: 'a', uid: 'u', labels: { c: 'd' }, annotations: { e: 'f' }, generation: 9 }, spec: { new: 1 } };
    expect(convertedObjects(answer([converted]), question)).toEqual([{ ...after, metadata: { name: 'a', uid: 'u', generation: 3, labels: { c: 'd' }, annotations: { e: 'f' } }, spec: { new: 1 } }]);
  });

  it.each<[string, unknown, string]>([
    ['that is no answer', 'x', 'no response provided'],
    ['to somebody else', answer([after], { uid: '2' }), 'expected response.uid="1", got "2"'],
    ['that is a failure', answer([], { result: { status: 'Failure', message: 'no idea' } }), 'no idea'],
    ['that says nothing of success', answer([], { result: {} }), `response.result.status was "", not 'Success'`],
    ['that is too short', answer([]), 'expected 1 converted objects, got 0'],
    ['in the wrong version', answer([before]), 'expected converted object at index 0 to have apiVersion "example.com/v2", got "example.com/v1"'],
    ['of the wrong kind', answer([{ ...after, kind: 'Hat' }]), 'expected converted object at index 0 to have kind "Shirt", got "Hat"'],
    ['with another name', answer([{ ...after, metadata: { name: 'b', uid: 'u' } }]), 'invalid metadata in converted object: metadata.name may not be changed'],
  ])('%s is refused', (_, given, message) => expect(() => convertedObjects(given, question)).toThrow(message));
});
