import { seededRandom, systemClock, type Random } from '@typernetes/machinery';
import { encodeStored } from '../resource-version';
import type { Operation, Storage, StorageEvent } from '../storage';
import type { ContractSubject } from './storage-contract';

const seeds = 5;
const stepsPerSeed = 150;
const names = ['a', 'a/b', 'a/c', 'ab', 'b', 'b/a', 'c'];

/** The slow and obvious store: every revision's whole state. */
class Model {
  /** Revision -> what stood there then: key -> revision of its last change and text. */
  readonly states = new Map<number, ReadonlyMap<string, { revision: number; text: string }>>();
  readonly events: { type: 'put' | 'delete'; key: string; revision: number; text: string | undefined }[] = [];
  private current: ReadonlyMap<string, { revision: number; text: string }> = new Map();

  constructor(readonly start: number) {
    this.states.set(start, this.current);
  }

  get now(): ReadonlyMap<string, { revision: number; text: string }> {
    return this.current;
  }

  accepts(operations: readonly Operation[]): boolean {
    return operations.every(({ key, expected }) => expected === undefined || (this.current.get(key)?.revision ?? 0) === expected);
  }

  /** What the operations change; none of it when they delete only what is not there. */
  apply(operations: readonly Operation[], revision: number): void {
    const next = new Map(this.current);
    for (const operation of operations) {
      const { type, key } = operation;
      if (type === 'put') {
        const text = textOf(operation.value);
        next.set(key, { revision, text });
        this.events.push({ type, key, revision, text });
      } else if (type === 'delete' && next.delete(key)) this.events.push({ type, key, revision, text: undefined });
    }
    this.current = next;
    this.states.set(revision, next);
  }

  list(revision: number, prefix: string): [string, number, string][] {
    const state = [...this.states].filter(([at]) => at <= revision).at(-1)?.[1] ?? new Map<string, { revision: number; text: string }>();
    return [...state].filter(([key]) => key.startsWith(prefix)).sort(([x], [y]) => (x < y ? -1 : 1)).map(([key, entry]) => [key, entry.revision, entry.text]);
  }
}

const valueOf = (text: string): Buffer => encodeStored({ kind: 'Thing', apiVersion: 'v1', metadata: { name: text } });
const textOf = (value: Buffer): string => (JSON.parse(value.toString()) as { metadata: { name: string } }).metadata.name;

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random.next() * items.length)] as T;
}

function randomOperations(random: Random, prefix: string, model: Model, step: number): Operation[] {
  const keys = [...new Set(Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => pick(random, names)))].map((name) => prefix + name);
  return keys.map((key, i): Operation => {
    const revision = model.now.get(key)?.revision ?? 0;
    // Right, stale, or whatever there is.
    const expected = pick(random, [revision, revision, undefined, undefined, model.start]);
    if (random.next() < 0.3) return { type: 'delete', key, ...(expected === undefined ? {} : { expected }) };
    return { type: 'put', key, value: valueOf(`step-${step}-${i}`), ...(expected === undefined ? {} : { expected }) };
  });
}

const describeEvent = (event: StorageEvent): object => ({ ...event, value: undefined, text: event.type === 'put' ? textOf(event.value) : undefined });

/** Random writes, compared after each step with a model that keeps everything. Seeds are fixed, so a failure repeats. */
export function describeStorageProperties(name: string, makeSubject: () => Promise<ContractSubject>): void {
  describe(`${name} beside a model`, () => {
    let subject: ContractSubject;
    let storage: Storage;

    beforeAll(async () => {
      subject = await makeSubject();
      storage = subject.storage;
    }, 60_000);
    afterAll(() => subject.close());

    it.each(Array.from({ length: seeds }, (_, i) => i + 1))('agrees on every read and event (seed %i)', async (seed) => {
      const random = seededRandom(seed);
      const prefix = `/registry/property${seed}/`;
      const model = new Model(await storage.revision());
      const seen: StorageEvent[] = [];
      const errors: unknown[] = [];
      const watch = storage.watch(prefix, model.start, { onEvents: (batch) => seen.push(...batch), onProgress: () => undefined, onError: (error) => errors.push(error) });
      for (let step = 0; step < stepsPerSeed; step++) {
        const operations = randomOperations(random, prefix, model, step);
        const result = await storage.transact(operations);
        expect([step, result.type]).toEqual([step, model.accepts(operations) ? 'committed' : 'conflict']);
        if (result.type === 'committed') model.apply(operations, result.revision);
        else for (const [key, entry] of result.current) expect(entry?.revision).toBe(model.now.get(key)?.revision);

        const at = pick(random, [...model.states.keys()]);
        const within = pick(random, [prefix, `${prefix}a/`]);
        const { entries } = await storage.list(within, { revision: at });
        expect(entries.map(({ key, revision, value }) => [key, revision, textOf(value)])).toEqual(model.list(at, within));
        const newest = await storage.list(prefix);
        expect(newest.entries.map(({ key, revision }) => [key, revision])).toEqual(model.list(Infinity, prefix).map(([key, revision]) => [key, revision]));
        expect(newest.count).toBe(newest.entries.length);
      }
      for (let i = 0; i < 3_000 && seen.length < model.events.length; i++) await systemClock.sleep(10);
      watch.close();
      expect(errors).toEqual([]);
      expect(seen.map(describeEvent)).toEqual(model.events.map((event) => ({ ...event, value: undefined })));
    }, 60_000);
  });
}
