import { createRegistry } from '@typernetes/api';
import { CacheEntry } from '@typernetes/storage';
import { encodeTable, type IncludeObject } from './table';

const pods = createRegistry().lookup('', 'v1', 'pods');
const created = '2026-01-01T00:00:00Z';
const createdMs = Date.parse(created);
const metadata = { name: 'a', namespace: 'default', creationTimestamp: created };
const pod = { kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers: [{ name: 'c', image: 'i' }] }, status: { phase: 'Running' } };
const newEntry = (): CacheEntry => new CacheEntry('default/a', Buffer.from(JSON.stringify(pod)), 7);

interface Shown {
  kind: string;
  metadata: unknown;
  columnDefinitions: { name: string }[] | null;
  rows: { cells: unknown[]; object?: unknown }[];
}

function show(entries: CacheEntry[], options: { afterMs: number; includeObject?: IncludeObject; withColumns?: boolean }): Shown {
  if (!pods) throw new Error('no pods');
  const { afterMs, includeObject = 'None', withColumns } = options;
  const chunks = encodeTable(pods, entries, { includeObject, nowMs: createdMs + afterMs, metadata: { resourceVersion: '7' }, ...(withColumns === undefined ? {} : { withColumns }) });
  return JSON.parse(Buffer.concat(chunks).toString()) as Shown;
}

const ageIn = ({ rows, columnDefinitions }: Shown): unknown => rows[0]?.cells[columnDefinitions?.findIndex(({ name }) => name === 'Age') ?? -1];

it.each([
  ['None', undefined],
  ['Metadata', { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }],
  ['Object', pod],
] as const)('rows with %s of the object', (includeObject, object) => {
  const table = show([newEntry(), newEntry()], { afterMs: 0, includeObject });
  expect(table).toMatchObject({ kind: 'Table', metadata: { resourceVersion: '7' } });
  expect(table.rows.map((row) => row.object)).toEqual([object, object]);
  expect(table.rows.map((row) => row.cells[0])).toEqual(['a', 'a']);
});

it('is a table without objects too, and may leave out the columns', () => {
  expect(show([], { afterMs: 0 }).rows).toEqual([]);
  expect(show([newEntry()], { afterMs: 0, withColumns: false }).columnDefinitions).toBeNull();
});

it.each([
  ['by the second', [0, 999, 1_000, 1_001, 61_500, 61_600]],
  ['by the minute', [900_000, 959_999, 960_000, 1_000_000, 1_020_000]],
  ['by the day', [30 * 86_400_000, 30 * 86_400_000 + 3_000_000, 31 * 86_400_000, 30 * 86_400_000]],
])('ages of remembered rows grow %s as those of new ones', (_, times) => {
  const entry = newEntry();
  for (const afterMs of times) expect(ageIn(show([entry], { afterMs }))).toBe(ageIn(show([newEntry()], { afterMs })));
});

it('parses an object once as long as its row stays the same', () => {
  const entry = newEntry();
  const parse = jest.spyOn(entry, 'parse');
  for (const afterMs of [900_000, 900_001, 930_000]) show([entry], { afterMs, includeObject: 'Metadata' });
  expect(parse).toHaveBeenCalledTimes(1);
});

it.each([...createRegistry()].filter(({ printer }) => printer).map((kind) => [`${kind.group}/${kind.version} ${kind.kind}`, kind] as const))('bookmarks of %s have an empty row', (_, kind) => {
  const bookmark = { kind: kind.kind, apiVersion: 'v1', metadata: { resourceVersion: '7', annotations: { 'k8s.io/initial-events-end': 'true' } } };
  const entry = new CacheEntry('', Buffer.from(JSON.stringify(bookmark)), 7);
  const table = JSON.parse(Buffer.concat(encodeTable(kind, [entry], { includeObject: 'None', nowMs: 0, metadata: {} })).toString()) as Shown;
  expect(table.rows).toEqual([{ cells: table.columnDefinitions?.map(() => '') }]);
});
