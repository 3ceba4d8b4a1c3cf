import { autoUpdateAnnotation, reconcileDefault, type Step, type WithSpec } from './reconcile';

const wanted: WithSpec = { metadata: { name: 'n' }, spec: { a: 1 } };
const stored = (spec: object, said?: string, generation = 1): WithSpec => ({
  metadata: { name: 'n', generation, ...(said ? { annotations: { [autoUpdateAnnotation]: said } } : {}) },
  spec,
});

test.each<[string, WithSpec | undefined, boolean, Step<WithSpec>]>([
  ['a missing one is created', undefined, false, { type: 'create', object: { ...wanted, metadata: { name: 'n', annotations: { [autoUpdateAnnotation]: 'true' } } } }],
  ['one that is right stays', stored({ a: 1 }, 'true'), false, { type: 'keep' }],
  ['one that follows is updated', stored({ a: 2 }, 'true', 5), false, { type: 'update', object: stored({ a: 1 }, 'true', 5) }],
  ['an untouched one follows', stored({ a: 2 }), false, { type: 'update', object: stored({ a: 1 }, 'true') }],
  ['a changed one is its administrator\'s', stored({ a: 2 }, undefined, 2), false, { type: 'update', object: stored({ a: 2 }, 'false', 2) }],
  ['and stays so', stored({ a: 2 }, 'false', 2), false, { type: 'keep' }],
  ['a mandatory one is as it should be', stored({ a: 2 }, 'false', 2), true, { type: 'update', object: stored({ a: 1 }, 'true', 2) }],
])('%s', (_name, before, isMandatory, expected) => expect(reconcileDefault(wanted, before, isMandatory)).toEqual(expected));
