import { deepCopy } from '../deep-copy';
import type { ManagedFieldsEntry } from '../meta';
import { seededRandom, type Random } from '../random';
import { applyObject } from './apply';
import { compareObjects } from './compare';
import { difference, emptySet, isEmptySet, isSubset, type FieldSet } from './field-set';
import { mergeObjects } from './merge';
import { fieldsOf } from './object-fields';
import { extractFields, removeFields } from './remove-fields';
import { thing } from './testing';
import { trackUpdate, withoutManagedFields } from './track-update';

type Thing = { metadata?: { managedFields?: ManagedFieldsEntry[] } };

const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random.next() * values.length)] as T;
const some = <T>(random: Random, values: readonly T[]): T[] => values.filter(() => random.next() < 0.4);

/** Without maps and lists that have nothing in them: whether such a thing is set is not asked here. */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.map((item) => filled(item) ?? {}) : undefined;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => (filled(inner) === undefined ? [] : [[key, filled(inner)]]));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** A configuration in which nothing is empty: what is said to be empty and then emptied comes and goes upstream too. */
const randomThing = (random: Random): Thing => (filled(randomParts(random)) ?? {}) as Thing;

function randomParts(random: Random): object {
  const value = (): string => pick(random, ['1', '2']);
  const maybe = (name: string, make: () => unknown): object => (random.next() < 0.5 ? { [name]: make() } : {});
  const map = (): object => Object.fromEntries(some(random, ['a', 'b', 'c']).map((key) => [key, value()]));
  const ports = (): object[] => some(random, [80, 443]).map((port) => ({ port, protocol: 'TCP', ...maybe('note', value) }));
  const containers = (): object[] =>
    some(random, ['x', 'y', 'z'])
      .sort(() => random.next() - 0.5)
      .map((name) => ({ name, ...maybe('image', value), ...maybe('args', () => [value()]), ...maybe('ports', ports), ...maybe('env', map) }));
  return {
    ...maybe('data', map),
    ...maybe('metadata', () => maybe('labels', map)),
    ...maybe('spec', () => ({
      ...maybe('replicas', () => pick(random, [1, 2])),
      ...maybe('selector', map),
      ...maybe('zones', () => some(random, ['p', 'q', 'r'])),
      ...maybe('containers', containers),
      ...maybe('template', () => ({ ...maybe('labels', map), ...maybe('note', value) })),
      ...maybe('free', () => ({ ...maybe('k', map), ...maybe('l', () => [value()]) })),
    })),
  };
}

const managers = ['m1', 'm2', 'm3'];
const entriesOf = (object: Thing): ManagedFieldsEntry[] => object.metadata?.managedFields ?? [];

function applyBy(name: string, config: object, live: Thing | undefined): Thing {
  const manager = { name, operation: 'Apply' as const, apiVersion: 'v1', subresource: '' };
  const { object, managedFields } = applyObject<Thing>({ ...(live ? { live } : {}), config, type: thing, manager, force: true, ignored: emptySet, now: 'now' });
  return deepCopy({ ...object, metadata: { ...object.metadata, ...(managedFields ? { managedFields } : {}) } });
}

function updateBy(name: string, next: Thing, live: Thing): Thing {
  const manager = { name, operation: 'Update' as const, apiVersion: 'v1', subresource: '' };
  const managedFields = trackUpdate({ live, next, type: thing, manager, ignored: emptySet, now: 'now' });
  return deepCopy({ ...next, metadata: { ...withoutManagedFields(next).metadata, ...(managedFields ? { managedFields } : {}) } });
}

const filledFields = (object: Thing): FieldSet => fieldsOf((filled(withoutManagedFields(object)) ?? {}) as object, thing);

describe.each([1, 2, 3, 4])('random writes (seed %i)', (seed) => {
  it('keep the promises of apply', () => {
    const random = seededRandom(seed);
    let live = applyBy('m1', randomThing(random), undefined);
    for (let step = 0; step < 150; step++) {
      if (random.next() < 0.3) {
        live = updateBy('u', randomThing(random), live);
        continue;
      }
      const [name, config] = [pick(random, managers), randomThing(random)];
      live = applyBy(name, config, live);
      // What was applied is there, and is its manager's.
      expect(difference(filledFields(config), fieldsOf(withoutManagedFields(live), thing))).toEqual({});
      const { modified, added } = compareObjects(withoutManagedFields(live), mergeObjects(withoutManagedFields(live), config, thing), thing);
      expect([modified, added]).toEqual([{}, {}]);
      const own = entriesOf(live).find(({ manager, operation }) => manager === name && operation === 'Apply');
      expect(isSubset((own?.fieldsV1 ?? {}) as FieldSet, fieldsOf(config, thing))).toBe(true);
      // Once more changes nothing.
      expect(applyBy(name, config, live)).toEqual(live);
    }
  });

  it('leave nothing of a manager who applies nothing', () => {
    const random = seededRandom(seed + 100);
    for (let round = 0; round < 60; round++) {
      const live = applyBy('m2', randomThing(random), applyBy('m1', randomThing(random), undefined));
      const alone = applyBy('m1', {}, applyBy('m2', {}, live));
      expect(filled(withoutManagedFields(alone))).toBeUndefined();
      expect(entriesOf(alone)).toEqual([]);
    }
  });

  it('compare, merge, remove and extract consistently', () => {
    const random = seededRandom(seed + 200);
    for (let round = 0; round < 200; round++) {
      const [a, b] = [randomThing(random), randomThing(random)];
      const forth = compareObjects(a, b, thing);
      const back = compareObjects(b, a, thing);
      expect([forth.added, forth.removed, forth.modified]).toEqual([back.removed, back.added, back.modified]);
      const merged = mergeObjects(a, b, thing);
      expect(mergeObjects(merged, b, thing)).toEqual(merged);
      expect(compareObjects(a, merged, thing).removed).toEqual({});
      const fields = fieldsOf(a, thing);
      expect(fieldsOf(extractFields(a, fields, thing), thing)).toEqual(fields);
      expect(isEmptySet(fieldsOf(removeFields(a, fields, thing), thing))).toBe(true);
    }
  });
});
