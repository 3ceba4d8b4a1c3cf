import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '../generated/types';
import { acceptNames, type TakenNames } from './names';

const names: CustomResourceDefinitionNames = { plural: 'shirts', singular: 'shirt', shortNames: ['sh', 'st'], kind: 'Shirt', listKind: 'ShirtList', categories: ['all'] };

function definition(wanted: Partial<CustomResourceDefinitionNames>, accepted?: Partial<CustomResourceDefinitionNames>): CustomResourceDefinition {
  return {
    spec: { group: 'example.com', scope: 'Cluster', names: { ...names, ...wanted }, versions: [] },
    ...(accepted ? { status: { acceptedNames: { plural: '', kind: '', ...accepted } } } : {}),
  };
}

const taken = (resources: string[], kinds: string[] = []): TakenNames => ({ resources: new Set(resources), kinds: new Set(kinds) });

describe('acceptNames', () => {
  it('gives a definition all that it asks for when nobody has it', () => {
    expect(acceptNames(definition({}), taken(['socks'], ['Sock']))).toEqual({ acceptedNames: names });
  });

  it.each<[string, TakenNames, string, string, Partial<CustomResourceDefinitionNames>]>([
    ['the plural', taken(['shirts']), 'PluralConflict', '"shirts" is already in use', { plural: '' }],
    ['the singular', taken(['shirt']), 'SingularConflict', '"shirt" is already in use', { singular: undefined as unknown as string }],
    ['a short name', taken(['st']), 'ShortNamesConflict', '"st" is already in use', { shortNames: undefined as unknown as string[] }],
    ['all short names', taken(['st', 'sh']), 'ShortNamesConflict', '["sh" is already in use, "st" is already in use]', { shortNames: undefined as unknown as string[] }],
    ['the kind', taken([], ['Shirt']), 'KindConflict', '"Shirt" is already in use', { kind: '' }],
    ['the list kind', taken([], ['ShirtList']), 'ListKindConflict', '"ShirtList" is already in use', { listKind: undefined as unknown as string }],
  ])('tells when somebody has %s, and gives the rest', (_, by, reason, message, missing) => {
    const verdict = acceptNames(definition({}), by);
    expect(verdict.conflict).toEqual({ reason, message });
    expect(verdict.acceptedNames).toEqual(Object.fromEntries(Object.entries({ ...names, ...missing }).filter(([, value]) => value !== undefined)));
  });

  it('keeps what was accepted, also while somebody else claims it, and what is asked for now takes the place of what was', () => {
    const before = { ...names, shortNames: ['sh'], categories: ['old'] };
    expect(acceptNames(definition({ shortNames: ['sh'] }, before), taken(['sh', 'shirts'], ['Shirt']))).toEqual({ acceptedNames: { ...names, shortNames: ['sh'] } });
    expect(acceptNames(definition({ shortNames: [], singular: 'other' }, before), taken([])).acceptedNames).toEqual({ plural: 'shirts', singular: 'other', kind: 'Shirt', listKind: 'ShirtList', categories: ['all'] });
    expect(acceptNames(definition({ singular: 'sock' }, before), taken(['sock'])).acceptedNames.singular).toBe('shirt');
  });
});
