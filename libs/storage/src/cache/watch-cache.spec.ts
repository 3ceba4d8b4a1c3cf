import { seededRandom, type KubernetesObject } from '@typernetes/machinery';
import { encodeStored, withResourceVersion } from '../resource-version';
import type { StorageEvent } from '../storage';
import type { Attributes } from './entry';
import { watcherQueueMax, windowChangesMax } from './limits';
import type { Selection } from './selection';
import { WatchCache } from './watch-cache';
import type { Watcher } from './watcher';

const attributesOf = ({ metadata }: KubernetesObject): Attributes => ({ labels: metadata?.labels ?? {}, fields: { node: metadata?.annotations?.['node'] ?? '' } });

const makeCache = (): WatchCache => new WatchCache({ keyPrefix: '/r/', attributesOf, indexedFields: ['node'] });

interface Traits {
  readonly labels?: Record<string, string>;
  readonly node?: string;
}

function put(key: string, revision: number, { labels = {}, node = '' }: Traits = {}): StorageEvent {
  const value = encodeStored({ kind: 'A', apiVersion: 'v1', metadata: { name: key, labels, annotations: { node } } });
  return { type: 'put', key: `/r/${key}`, value: withResourceVersion(value, revision), revision };
}

const remove = (key: string, revision: number): StorageEvent => ({ type: 'delete', key: `/r/${key}`, revision });

const shown = (watcher: Watcher): string[] => watcher.take().map(({ type, entry }) => `${type} ${entry.key}@${entry.revision}`);

const all: Selection = { prefix: '' };
const labelled: Selection = { prefix: '', matches: ({ labels }) => labels['app'] === 'x' };
const onNode = (node: string): Selection => ({ prefix: '', matches: ({ fields }) => fields['node'] === node, requiredFields: { node } });

describe('WatchCache', () => {
  it('lists what it was told, in order of key', () => {
    const cache = makeCache();
    for (const event of [put('b/1', 1), put('a/2', 2), put('a/1', 3), put('a-b/1', 4), remove('b/1', 5)]) cache.apply(event);
    expect(cache.list(all).entries.map(({ key }) => key)).toEqual(['a-b/1', 'a/1', 'a/2']);
    expect(cache.list({ prefix: 'a/' }).entries.map(({ key }) => key)).toEqual(['a/1', 'a/2']);
    expect(cache.list({ prefix: 'a/1', exact: true }).entries.map(({ key }) => key)).toEqual(['a/1']);
    expect(cache.list(all).revision).toBe(5);
  });

  it('pages over one snapshot while the world goes on', () => {
    const cache = makeCache();
    for (let i = 1; i <= 5; i++) cache.apply(put(`p${i}`, i));
    const first = cache.list(all, { limit: 2 });
    expect(first).toMatchObject({ nextKey: 'p3', remaining: 3, revision: 5 });
    cache.apply(remove('p3', 6));
    cache.apply(put('p9', 7));
    expect(cache.hasSnapshot(5)).toBe(true);
    const second = cache.list(all, { limit: 2, snapshot: 5, startKey: 'p3' });
    expect(second.entries.map(({ key }) => key)).toEqual(['p3', 'p4']);
    expect(cache.list(all, { limit: 2, snapshot: 5, startKey: 'p5' })).toMatchObject({ revision: 5 });
    expect(cache.list(all).entries.map(({ key }) => key)).toEqual(['p1', 'p2', 'p4', 'p5', 'p9']);
    expect(cache.hasSnapshot(6)).toBe(false);
  });

  it('watches from a revision, and everything after it', () => {
    const cache = makeCache();
    cache.apply(put('a', 1));
    cache.apply(put('b', 2));
    const watcher = cache.watch(all, { after: 1, wantsBookmarks: false });
    cache.apply(put('b', 3));
    cache.apply(remove('a', 4));
    expect(shown(watcher)).toEqual(['ADDED b@2', 'MODIFIED b@3', 'DELETED a@4']);
  });

  it('shows the state first when no revision is given, then a bookmark where wanted', () => {
    const cache = makeCache();
    cache.apply(put('a', 1));
    const watcher = cache.watch(all, { wantsBookmarks: true, initialEventsEnd: (revision) => Buffer.from(`end ${revision}`) });
    expect(shown(watcher)).toEqual(['ADDED a@1', 'BOOKMARK @1']);
  });

  it('synthesises ADDED and DELETED when an object enters or leaves the selection', () => {
    const cache = makeCache();
    const watcher = cache.watch(labelled, { wantsBookmarks: false });
    cache.apply(put('a', 1));
    cache.apply(put('a', 2, { labels: { app: 'x' } }));
    cache.apply(put('a', 3, { labels: { app: 'x', b: '' } }));
    cache.apply(put('a', 4));
    cache.apply(put('a', 5));
    cache.apply(remove('a', 6));
    expect(shown(watcher)).toEqual(['ADDED a@2', 'MODIFIED a@3', 'DELETED a@4']);
  });

  it('shows the last selected state, with the new version, in a synthesised DELETED', () => {
    const cache = makeCache();
    const watcher = cache.watch(labelled, { wantsBookmarks: false });
    cache.apply(put('a', 1, { labels: { app: 'x' } }));
    cache.apply(put('a', 2, { labels: { app: 'y' } }));
    const [, deleted] = watcher.take();
    expect(deleted?.entry.parse().metadata).toMatchObject({ labels: { app: 'x' }, resourceVersion: '2' });
  });

  it('finds watchers by an indexed field, before and after a change', () => {
    const cache = makeCache();
    const [one, two, everything] = [onNode('n1'), onNode('n2'), all].map((selection) => cache.watch(selection, { wantsBookmarks: false }));
    cache.apply(put('a', 1, { node: 'n1' }));
    cache.apply(put('a', 2, { node: 'n2' }));
    cache.apply(put('b', 3, { node: 'n3' }));
    expect([one, two, everything].map((watcher) => watcher && shown(watcher))).toEqual([
      ['ADDED a@1', 'DELETED a@2'],
      ['ADDED a@2'],
      ['ADDED a@1', 'MODIFIED a@2', 'ADDED b@3'],
    ]);
    one?.stop();
    expect(cache.watcherCount).toBe(2);
  });

  it('shares one frame among all watchers', () => {
    const cache = makeCache();
    const watchers = [1, 2, 3].map(() => cache.watch(all, { wantsBookmarks: false }));
    cache.apply(put('a', 1));
    const frames = watchers.map((watcher) => watcher.take()[0]?.frame);
    expect(frames[0]?.toString()).toMatch(/^\{"type":"ADDED","object":\{.*\}\}\n$/);
    expect(new Set(frames).size).toBe(1);
  });

  it('answers Expired when the window no longer reaches back', () => {
    const cache = makeCache();
    for (let i = 1; i <= windowChangesMax + 10; i++) cache.apply(put('a', i));
    expect(() => cache.watch(all, { after: 5, wantsBookmarks: false })).toThrow('too old resource version: 5 (10)');
    expect(cache.watch(all, { after: 10, wantsBookmarks: false }).pending).toBe(windowChangesMax);
  });

  it('cuts a watcher that does not read', () => {
    const cache = makeCache();
    const watcher = cache.watch(all, { wantsBookmarks: false });
    for (let i = 1; i <= watcherQueueMax + 1; i++) cache.apply(put('a', i));
    expect(watcher.isOverflown).toBe(true);
    expect(watcher.take()).toEqual([]);
    expect(cache.watcherCount).toBe(0);
  });

  it('tells the difference after the store forgot what came between', () => {
    const cache = makeCache();
    cache.apply(put('kept', 1));
    cache.apply(put('changed', 2));
    cache.apply(put('gone', 3));
    const watcher = cache.watch(all, { after: 3, wantsBookmarks: false });
    const entries = [put('kept', 1), put('changed', 8), put('new', 9)].map((event) => ({ key: event.key, revision: event.revision, value: event.type === 'put' ? event.value : Buffer.of() }));
    cache.replace(entries, 10);
    expect(shown(watcher)).toEqual(['MODIFIED changed@8', 'ADDED new@9', 'DELETED gone@10']);
    expect(() => cache.watch(all, { after: 9, wantsBookmarks: false })).toThrow('too old resource version');
  });

  it('agrees with the obvious: random changes, watchers that start anywhere, replay equals the list', () => {
    const random = seededRandom(42);
    const cache = makeCache();
    const watched: { watcher: Watcher; state: Map<string, number>; selection: Selection }[] = [];
    for (let revision = 1; revision <= 2_000; revision++) {
      const key = `k${Math.floor(random.next() * 30)}`;
      const isLabelled = random.next() < 0.5;
      cache.apply(random.next() < 0.2 ? remove(key, revision) : put(key, revision, isLabelled ? { labels: { app: 'x' } } : {}));
      if (revision % 100 === 0) {
        const selection = random.next() < 0.5 ? all : labelled;
        watched.push({ selection, state: new Map(), watcher: cache.watch(selection, { wantsBookmarks: false }) });
      }
    }
    for (const { watcher, state, selection } of watched) {
      let last = 0;
      for (const { type, entry } of watcher.take()) {
        if (state.size > 0 && type !== 'ADDED') expect(entry.revision).toBeGreaterThan(last);
        last = entry.revision;
        if (type === 'DELETED') expect(state.delete(entry.key)).toBe(true);
        else {
          expect(state.has(entry.key)).toBe(type === 'MODIFIED');
          state.set(entry.key, entry.revision);
        }
      }
      expect([...state].sort()).toEqual(cache.list(selection).entries.map(({ key, revision }) => [key, revision]).sort());
    }
  });

  it('finds by index what looking at everything finds, while objects come, change and go', () => {
    const random = seededRandom(7);
    const cache = makeCache();
    const letter = (): string => 'abcdefghij'[Math.floor(random.next() * 10)] ?? '';
    const indexed = (required: Pick<Selection, 'requiredLabels' | 'requiredFields'>, selection: Selection): Selection => ({ ...selection, ...required });
    for (let revision = 1; revision <= 1_000; revision++) {
      const key = `${letter()}/${letter()}`;
      cache.apply(random.next() < 0.2 ? remove(key, revision) : put(key, revision, { node: letter(), labels: random.next() < 0.9 ? { app: letter() } : {} }));
      if (revision % 10 > 0) continue;
      const [node, first, second, prefix] = [letter(), letter(), letter(), random.next() < 0.5 ? '' : `${letter()}/`];
      const byNode: Selection = { prefix, matches: ({ fields }) => fields['node'] === node };
      expect(cache.list(indexed({ requiredFields: { node } }, byNode))).toEqual(cache.list(byNode));
      const byLabel: Selection = { prefix, matches: ({ labels }) => labels['app'] === first || labels['app'] === second };
      const byIndex = indexed({ requiredLabels: { app: [first, second] } }, byLabel);
      expect(cache.list(byIndex)).toEqual(cache.list(byLabel));
      const page = cache.list(byIndex, { limit: 2 });
      expect(page).toEqual(cache.list(byLabel, { limit: 2 }));
      expect(cache.list(byIndex, { startKey: `${prefix}d` })).toEqual(cache.list(byLabel, { startKey: `${prefix}d` }));
    }
  });

  it('looks only at objects that an index names, and at each version once', () => {
    const looked: string[] = [];
    const cache = new WatchCache({ keyPrefix: '/r/', attributesOf: ({ metadata }) => (looked.push(metadata?.name ?? ''), { labels: metadata?.labels ?? {}, fields: {} }) });
    for (let i = 1; i <= 20; i++) cache.apply(put(`p${i}`, i, { labels: { app: i === 7 ? 'rare' : 'common' } }));
    let asked = 0;
    const rare: Selection = { prefix: '', matches: ({ labels }) => ++asked > 0 && labels['app'] === 'rare', requiredLabels: { app: ['rare'] } };
    expect([cache.list(rare), cache.list(rare)].map(({ entries }) => entries.map(({ key }) => key))).toEqual([['p7'], ['p7']]);
    expect([asked, looked.length]).toEqual([2, 20]);
    cache.apply(put('p3', 21, { labels: { app: 'rare' } }));
    cache.apply(remove('p7', 22));
    expect(cache.list(rare).entries.map(({ key }) => key)).toEqual(['p3']);
    expect([asked, looked.length]).toEqual([3, 21]);
  });
});
