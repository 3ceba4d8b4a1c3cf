import { isApiError } from '../api-error';
import { deepCopy } from '../deep-copy';
import type { ManagedFieldsEntry } from '../meta';
import { applyObject } from './apply';
import { formatPath } from './path-element';
import { pathsOf, emptySet, setOf, type FieldSet } from './field-set';
import { jsonEqual } from './json-equal';
import type { Manager } from './managers';
import { thing } from './testing';
import { trackUpdate, withoutManagedFields } from './track-update';

type Thing = { metadata?: { managedFields?: ManagedFieldsEntry[]; [field: string]: unknown }; [field: string]: unknown };

interface Step {
  readonly apply?: object;
  readonly update?: object;
  readonly by: string;
  readonly force?: boolean;
  readonly subresource?: string;
  readonly version?: string;
  readonly ignored?: FieldSet;
}

/** The object through a series of writes, a second apart. */
class World {
  live: Thing | undefined;
  private second = 0;

  run({ apply, update, by, force = false, subresource = '', version = 'v1', ignored = emptySet }: Step): string {
    const now = `2026-01-01T00:00:${String(this.second++).padStart(2, '0')}Z`;
    const manager: Manager = { name: by, operation: apply ? 'Apply' : 'Update', apiVersion: version, subresource };
    const common = { ...(this.live ? { live: this.live } : {}), type: thing, manager, ignored, now };
    try {
      if (apply) {
        const { object, managedFields } = applyObject<Thing>({ ...common, config: apply, force });
        this.live = deepCopy({ ...object, metadata: { ...object.metadata, managedFields: managedFields ?? [] } });
      } else if (update) {
        const next = deepCopy(update) as Thing;
        this.live = deepCopy({ ...next, metadata: { ...next.metadata, managedFields: trackUpdate({ ...common, next }) ?? [] } });
      }
      return '';
    } catch (error) {
      if (isApiError(error)) return error.message;
      throw error;
    }
  }

  get object(): object {
    const { metadata, ...rest } = withoutManagedFields(this.live ?? {});
    return metadata && Object.keys(metadata).length > 0 ? { metadata, ...rest } : rest;
  }

  /** `manager: paths`, in the order of the entries. */
  get owners(): string[] {
    return (this.live?.metadata?.managedFields ?? []).map(
      ({ manager, operation, subresource, fieldsV1 }) =>
        `${manager}${operation === 'Apply' ? '!' : ''}${subresource ? `/${subresource}` : ''}: ${[...pathsOf(fieldsV1 as FieldSet)].map(formatPath).join(' ')}`,
    );
  }
}

const data = (fields: Record<string, string>): object => ({ data: fields });
const containers = (...items: object[]): object => ({ spec: { containers: items } });

interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Of the last step. */
  readonly error?: string;
  readonly object?: object;
  readonly owners: readonly string[];
}

const scenarios: readonly Scenario[] = [
  { name: 'create by update owns everything', steps: [{ update: data({ a: '1' }), by: 'x' }], object: data({ a: '1' }), owners: ['x: .data .data.a'] },
  { name: 'create by apply owns what it says', steps: [{ apply: data({ a: '1' }), by: 'x' }], object: data({ a: '1' }), owners: ['x!: .data.a'] },
  {
    name: 'an update takes what it changes',
    steps: [{ apply: data({ a: '1', b: '1' }), by: 'x' }, { update: data({ a: '2', b: '1' }), by: 'y' }],
    owners: ['x!: .data.b', 'y: .data.a'],
  },
  {
    name: 'an update that removes disowns',
    steps: [{ apply: data({ a: '1', b: '1' }), by: 'x' }, { update: data({ b: '1' }), by: 'y' }],
    owners: ['x!: .data.b'],
  },
  {
    name: 'what its only owner drops goes',
    steps: [{ apply: data({ a: '1', b: '1' }), by: 'x' }, { apply: data({ b: '1' }), by: 'x' }],
    object: data({ b: '1' }),
    owners: ['x!: .data.b'],
  },
  {
    name: 'what others own stays',
    steps: [{ apply: data({ a: '1', b: '1' }), by: 'x' }, { apply: data({ a: '1' }), by: 'y' }, { apply: data({ b: '1' }), by: 'x' }],
    object: data({ b: '1', a: '1' }),
    owners: ['y!: .data.a', 'x!: .data.b'],
  },
  {
    name: 'the same value is shared',
    steps: [{ apply: data({ a: '1' }), by: 'x' }, { apply: data({ a: '1' }), by: 'y' }],
    owners: ['x!: .data.a', 'y!: .data.a'],
  },
  {
    name: 'another value is a conflict with an applier',
    steps: [{ apply: data({ a: '1' }), by: 'x' }, { apply: data({ a: '2' }), by: 'y' }],
    error: 'Apply failed with 1 conflict: conflict with "x": .data.a',
    object: data({ a: '1' }),
    owners: ['x!: .data.a'],
  },
  {
    name: 'another value is a conflict with an updater',
    steps: [{ update: { spec: { replicas: 1 } }, by: 'x' }, { apply: { spec: { replicas: 2 } }, by: 'y' }],
    error: 'Apply failed with 1 conflict: conflict with "x" using v1: .spec.replicas',
    owners: ['x: .spec.replicas'],
  },
  {
    name: 'several conflicts are listed by manager',
    steps: [{ update: data({ a: '1', b: '1' }), by: 'z' }, { apply: data({ c: '1' }), by: 'y' }, { apply: data({ a: '2', b: '2', c: '2' }), by: 'x' }],
    error: 'Apply failed with 3 conflicts: conflicts with "y":\n- .data.c\nconflicts with "z" using v1:\n- .data.a\n- .data.b',
    owners: ['y!: .data.c', 'z: .data .data.a .data.b'],
  },
  {
    name: 'a conflict with a subresource says so',
    steps: [{ update: { spec: { replicas: 1 } }, by: 'x' }, { update: { spec: { replicas: 2 } }, by: 'hpa', subresource: 'scale' }, { apply: { spec: { replicas: 1 } }, by: 'y' }],
    error: 'Apply failed with 1 conflict: conflict with "hpa" with subresource "scale" using v1: .spec.replicas',
    owners: ['hpa/scale: .spec.replicas'],
  },
  {
    name: 'force takes from everybody',
    steps: [{ apply: data({ a: '1', b: '1' }), by: 'x' }, { apply: data({ a: '2' }), by: 'y', force: true }],
    object: data({ a: '2', b: '1' }),
    owners: ['x!: .data.b', 'y!: .data.a'],
  },
  {
    name: 'an item goes with its last owner',
    steps: [{ apply: containers({ name: 'a', image: 'x' }, { name: 'b' }), by: 'x' }, { apply: containers({ name: 'b' }), by: 'x' }],
    object: containers({ name: 'b' }),
    owners: ['x!: .spec.containers[name="b"] .spec.containers[name="b"].name'],
  },
  {
    name: 'an item keeps what another owns in it',
    steps: [
      { apply: containers({ name: 'a', image: 'x', args: ['1'] }), by: 'x' },
      { apply: containers({ name: 'a', args: ['1'] }), by: 'y' },
      { apply: { spec: { replicas: 1 } }, by: 'x' },
    ],
    object: { spec: { containers: [{ name: 'a', args: ['1'] }], replicas: 1 } },
    owners: ['y!: .spec.containers[name="a"] .spec.containers[name="a"].args .spec.containers[name="a"].name', 'x!: .spec.replicas'],
  },
  {
    name: 'a removed item takes defaults with it that nobody owns',
    steps: [
      { apply: containers({ name: 'a', image: 'x' }, { name: 'b' }), by: 'x' },
      { update: containers({ name: 'a', image: 'x', args: ['default'] }, { name: 'b' }), by: 'defaulter', ignored: setOf([['f:spec']]) },
      { apply: containers({ name: 'b' }), by: 'x' },
    ],
    object: containers({ name: 'b' }),
    owners: ['x!: .spec.containers[name="b"] .spec.containers[name="b"].name'],
  },
  {
    name: 'a struct goes when nothing of it is owned',
    steps: [{ apply: { spec: { replicas: 1, template: { labels: { a: 'b' } } } }, by: 'x' }, { apply: { spec: { replicas: 1 } }, by: 'x' }],
    object: { spec: { replicas: 1 } },
    owners: ['x!: .spec.replicas'],
  },
  {
    name: 'two appliers of one set',
    steps: [{ apply: { spec: { zones: ['a', 'b'] } }, by: 'x' }, { apply: { spec: { zones: ['b', 'c'] } }, by: 'y' }, { apply: { spec: { zones: [] } }, by: 'x' }],
    object: { spec: { zones: ['b', 'c'] } },
    owners: ['y!: .spec.zones[="b"] .spec.zones[="c"]'],
  },
  {
    name: 'an atomic list belongs to one',
    steps: [{ apply: { spec: { args: ['a'] } }, by: 'x' }, { apply: { spec: { args: ['a', 'b'] } }, by: 'y' }],
    error: 'Apply failed with 1 conflict: conflict with "x": .spec.args',
    owners: ['x!: .spec.args'],
  },
  {
    name: 'status and spec have owners of their own',
    steps: [
      { apply: { spec: { replicas: 1 }, status: { phase: 'a' } }, by: 'x', ignored: setOf([['f:status']]) },
      { apply: { spec: { replicas: 2 }, status: { phase: 'b' } }, by: 'x', subresource: 'status', ignored: setOf([['f:spec']]) },
    ],
    error: '',
    owners: ['x!: .spec.replicas', 'x!/status: .status.phase'],
  },
  {
    name: 'the server’s fields are nobody’s',
    steps: [{ apply: { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', uid: 'u', labels: { l: 'm' } } }, by: 'x' }],
    owners: ['x!: .metadata.labels.l'],
  },
  {
    name: 'an applier changes versions without a second entry, an updater has one each',
    steps: [
      { apply: data({ a: '1' }), by: 'x', version: 'v1beta1' },
      { apply: data({ a: '1', b: '1' }), by: 'x' },
      { update: data({ a: '1', b: '1', c: '1' }), by: 'y', version: 'v1beta1' },
      { update: data({ a: '1', b: '1', c: '1', d: '1' }), by: 'y' },
    ],
    owners: ['x!: .data.a .data.b', 'y: .data.c', 'y: .data.d'],
  },
  {
    name: 'a field that is given up and taken by an updater is not removed',
    steps: [{ apply: { spec: { replicas: 1 } }, by: 'x' }, { update: { spec: { replicas: 3 } }, by: 'hpa' }, { apply: { spec: {} }, by: 'x' }],
    object: { spec: { replicas: 3 } },
    owners: ['x!: .spec', 'hpa: .spec.replicas'],
  },
];

it.each(scenarios)('$name', ({ steps, error, object, owners }) => {
  const world = new World();
  const errors = steps.map((step) => world.run(step));
  expect(errors).toEqual([...steps.slice(1).map(() => ''), error ?? '']);
  if (object) expect(world.object).toEqual(object);
  expect(world.owners).toEqual(owners);
});

it.each(scenarios)('$name: applied again, nothing changes', ({ steps }) => {
  const world = new World();
  for (const step of steps) {
    if (world.run({ ...step, force: true }) !== '') continue;
    const before = deepCopy(world.live);
    if (step.apply) world.run(step);
    else if (step.update) world.run({ ...step, update: { ...step.update, metadata: { ...(step.update as Thing).metadata, managedFields: before?.metadata?.managedFields } } });
    expect(jsonEqual(world.live, before)).toBe(true);
  }
});

describe('owners', () => {
  it('merges the oldest updaters beyond ten', () => {
    const world = new World();
    const fields: Record<string, string> = {};
    for (let i = 0; i < 12; i++) {
      fields[`k${String(i).padStart(2, '0')}`] = 'v';
      world.run({ update: data({ ...fields }), by: `m${i}` });
    }
    expect(world.owners).toHaveLength(10);
    expect(world.owners[0]).toBe('ancient-changes: .data .data.k00 .data.k01 .data.k02');
    expect(world.owners[1]).toBe('m3: .data.k03');
  });

  it('gives what was there before the first apply to before-first-apply', () => {
    const world = new World();
    world.live = { data: { a: '1', b: '1' } };
    expect(world.run({ apply: data({ a: '2' }), by: 'x' })).toBe('Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a');
    expect(world.run({ apply: data({ a: '1' }), by: 'x' })).toBe('');
    expect(world.owners).toEqual(['x!: .data.a', 'before-first-apply: .data .data.a .data.b']);
  });

  it('does not track objects that were not', () => {
    const world = new World();
    world.live = { data: { a: '1' } };
    world.run({ update: data({ a: '2' }), by: 'x' });
    expect(world.owners).toEqual([]);
  });

  const entry: ManagedFieldsEntry = { manager: 'm', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:a': {} } } };
  const rows: [name: string, sent: ManagedFieldsEntry[] | undefined, owners: string[]][] = [
    ['absent: the live ones', undefined, ['x!: .data.a', 'y: .data.b']],
    ['empty: the live ones', [], ['x!: .data.a', 'y: .data.b']],
    ['one empty entry: forget all', [{}], []],
    ['others: those', [entry], ['m!: .data.a', 'y: .data.b']],
    ['without operation: the live ones', [{ ...entry, operation: '' }], ['x!: .data.a', 'y: .data.b']],
    ['without type: the live ones', [{ ...entry, fieldsType: '' }], ['x!: .data.a', 'y: .data.b']],
    ['of another type: the live ones', [{ ...entry, fieldsType: 'FieldsV2' }], ['x!: .data.a', 'y: .data.b']],
    ['without version: the live ones', [{ ...entry, apiVersion: '' }], ['x!: .data.a', 'y: .data.b']],
    ['with broken fields: the live ones', [{ ...entry, fieldsV1: { q: {} } }], ['x!: .data.a', 'y: .data.b']],
  ];
  it.each(rows)('sent by an update, %s', (_, managedFields, owners) => {
    const world = new World();
    world.run({ apply: data({ a: '1' }), by: 'x' });
    world.run({ update: { data: { a: '1', b: '1' }, metadata: { managedFields } }, by: 'y' });
    expect(world.owners).toEqual(owners);
  });

  it('are not changed through a subresource', () => {
    const world = new World();
    world.run({ apply: data({ a: '1' }), by: 'x' });
    world.run({ update: { data: { a: '1' }, status: { phase: 'a' }, metadata: { managedFields: [{}] } }, by: 'y', subresource: 'status' });
    expect(world.owners).toEqual(['x!: .data.a', 'y/status: .status.phase']);
  });

  it('have a new time only for a change', () => {
    const world = new World();
    const times = (): unknown[] => (world.live?.metadata?.managedFields ?? []).map(({ time }) => time);
    world.run({ apply: data({ a: '1' }), by: 'x' });
    world.run({ apply: data({ a: '1' }), by: 'x' });
    expect(times()).toEqual(['2026-01-01T00:00:00Z']);
    world.run({ apply: data({ a: '2' }), by: 'x' });
    expect(times()).toEqual(['2026-01-01T00:00:02Z']);
    world.run({ update: data({}), by: 'y' });
    expect(times()).toEqual([]);
  });
});

describe('kubectl, from its own apply to the server’s', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const applied = (text: string, a: string): object => ({ metadata: { annotations: { [annotation]: text } }, data: { a } });

  it('takes over what it applied, and keeps the annotation', () => {
    const world = new World();
    world.run({ update: applied('{"data":{"a":"1"}}', '1'), by: 'kubectl-client-side-apply' });
    expect(world.run({ apply: data({ a: '2' }), by: 'kubectl' })).toBe('');
    expect(world.object).toEqual(applied('{"data":{"a":"2"},"metadata":{"annotations":{}}}\n', '2'));
  });

  it('does not take over what was changed since', () => {
    const world = new World();
    world.run({ update: applied('{"data":{"a":"0"}}', '1'), by: 'kubectl-client-side-apply' });
    expect(world.run({ apply: data({ a: '2' }), by: 'kubectl' })).toContain('conflict with "kubectl-client-side-apply" using v1: .data.a');
  });

  it('is the only one who may', () => {
    const world = new World();
    world.run({ update: applied('{"data":{"a":"1"}}', '1'), by: 'kubectl-client-side-apply' });
    expect(world.run({ apply: data({ a: '2' }), by: 'other' })).toContain('1 conflict');
  });
});
