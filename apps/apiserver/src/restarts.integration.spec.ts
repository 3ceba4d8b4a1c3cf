import { seededRandom, type Random } from '@typernetes/machinery';
import { eventsAfter, readHistory, stateAt, type Change } from './testing/restarts/history';
import { Follower } from './testing/restarts/follower';
import { writeAtRandom, type Attempt, type Told } from './testing/restarts/writer';
import { startTestApi, type TestApi } from './testing/start-test-api';

/**
 * Many clients write and watch at random while the apiserver and etcd are restarted under them. Afterwards the store's own
 * history is held against what clients were told. `T8S_RESTARTS_SEED` replays what is asked and when something is
 * restarted; how requests meet is the machine's chance.
 */
// For loaded machines.
jest.setTimeout(300_000);

const seed = Number(process.env['T8S_RESTARTS_SEED'] ?? Math.floor(Date.now() % 2 ** 31));
const restarts = Number(process.env['T8S_RESTARTS'] ?? 6);
const writers = 6;

let api: TestApi;
let history: readonly Change[] = [];
let attempts: Attempt[] = [];
let followers: Follower[] = [];

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

const faults: readonly ((random: Random) => Promise<void>)[] = [
  () => api.restart(),
  async (random) => {
    await api.etcd.kill();
    await pause(random.next() * 600);
    await api.etcd.start();
  },
  async (random) => {
    await api.etcd.kill();
    await pause(random.next() * 200);
    await api.etcd.start();
    await api.restart();
  },
];

/** Waits for so many more writes: what a time is worth depends on the machine. */
async function workDone(told: Told, count: number): Promise<void> {
  const wanted = told.count + count;
  for (let i = 0; i < 400 && told.count < wanted; i++) await pause(50);
}

/** Whether all followers have seen the end of the history. */
const areDone = (): boolean => followers.every(({ sessions }) => {
  const session = sessions.at(-1);
  return session !== undefined && session.from + session.events.length > 0 && Math.max(session.from, ...session.events.map((line) => Number(line.split(' ')[2]))) >= (history.at(-1)?.revision ?? 0);
});

beforeAll(async () => {
  process.stderr.write(`restarts: T8S_RESTARTS_SEED=${seed}\n`);
  api = await startTestApi();
  const random = seededRandom(seed);
  const told: Told = { revision: 0, count: 0 };
  let isOver = false;
  const fork = (): Random => seededRandom(Math.floor(random.next() * 2 ** 31));
  followers = [undefined, undefined, undefined, 'left', 'right'].map((side) => new Follower(api, { random: fork(), told, ...(side ? { side } : {}) }));
  const following = followers.map((follower) => follower.run());
  const writing = Array.from({ length: writers }, (_, id) => writeAtRandom(api, { id, random: fork(), told, isOver: () => isOver }));
  try {
    for (let i = 0; i < restarts; i++) {
      await workDone(told, 20);
      await pause(random.next() * 600);
      await faults[i % faults.length]?.(random);
      if (i % 3 === 1) followers[Math.floor(random.next() * followers.length)]?.startAnew();
    }
    await workDone(told, 20);
    isOver = true;
    attempts = (await Promise.all(writing)).flat();
    // Both sides and those that see all of them see these, and are then at the end.
    for (const side of ['left', 'right']) await api.call('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: `last-${side}`, labels: { side } }, data: { token: `last-${side}` } } });
    history = await readHistory(api.etcd.endpoint, '/registry/configmaps/default/');
    for (let i = 0; i < 600 && !areDone(); i++) await pause(50);
  } finally {
    isOver = true;
    for (const follower of followers) follower.stop();
    await Promise.all([...following, ...writing]);
  }
});
afterAll(() => api.stop());

const acknowledged = (): Attempt[] => attempts.filter(({ outcome }) => outcome === 'acknowledged');
const tokenOf = ({ object }: Change): string | undefined => object?.data?.['token'];

it('enough was written, refused and interrupted for this to mean anything', () => {
  const count = (outcome: Attempt['outcome']): number => attempts.filter((attempt) => attempt.outcome === outcome).length;
  process.stderr.write(`restarts: ${attempts.length} writes (${count('acknowledged')} acknowledged, ${count('refused')} refused, ${count('unknown')} unknown), ${followers.flatMap(({ sessions }) => sessions).length} lists, ${followers.flatMap(({ sessions }) => sessions.map(({ connections }) => connections)).reduce((a, b) => a + b, 0)} watches\n`);
  expect(count('acknowledged')).toBeGreaterThan(100);
  expect(count('refused')).toBeGreaterThan(20);
  expect(count('unknown')).toBeGreaterThan(0);
});

it('revisions only grow: each write gets a higher one than any that was told before it', () => {
  expect(acknowledged().filter(({ revision, after }) => revision !== undefined && revision <= after)).toEqual([]);
  const revisions = history.map(({ revision }) => revision);
  expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
});

it('no acknowledged write is lost, and nothing was written that was refused or that nobody asked for', () => {
  const written = new Map(history.filter(({ object }) => object).map((change) => [`${change.revision} ${change.name}`, tokenOf(change)]));
  expect(acknowledged().filter(({ revision, name, token, verb }) => verb !== 'delete' && written.get(`${revision} ${name}`) !== token)).toEqual([]);
  const asked = new Map(attempts.map((attempt) => [attempt.token, attempt]));
  const strange = history.filter((change) => change.object && change.name.startsWith('object-') && (asked.get(tokenOf(change) ?? '')?.outcome ?? 'refused') === 'refused');
  expect(strange).toEqual([]);
  const tokens = history.flatMap((change) => tokenOf(change) ?? []);
  expect(tokens.filter((token, i) => tokens.indexOf(token) !== i)).toEqual([]);
});

it('no acknowledged deletion is lost', () => {
  const last = new Map<string, string | undefined>();
  const deleted = new Set<string>();
  for (const { name, object } of history) {
    if (!object) deleted.add(last.get(name) ?? '');
    last.set(name, object?.metadata?.uid);
  }
  const uids = acknowledged().flatMap(({ uid }) => uid ?? []);
  expect(uids.length).toBeGreaterThan(5);
  expect(uids.filter((uid) => !deleted.has(uid))).toEqual([]);
  expect(uids.filter((uid, i) => uids.indexOf(uid) !== i)).toEqual([]);
});

const sides = [undefined, undefined, undefined, 'left', 'right'];

it('a list is the state of its revision, and no older than what was told before', () => {
  for (const [i, { sessions }] of followers.entries()) {
    for (const { list, from, atLeast } of sessions) {
      expect(from).toBeGreaterThanOrEqual(atLeast);
      expect([...list].sort()).toEqual([...stateAt(history, from, sides[i])].sort());
    }
  }
});

it('every watcher sees every event exactly once and in order, over all its connections', () => {
  for (const [i, { sessions }] of followers.entries()) {
    expect(sessions.length).toBeGreaterThan(0);
    for (const [index, { from, events }] of sessions.entries()) {
      const expected = eventsAfter(history, from, sides[i]);
      // A watch that was given up ends somewhere, the last one at the end.
      expect(events).toEqual(index === sessions.length - 1 ? expected : expected.slice(0, events.length));
    }
  }
});

it('a list and the watch from its revision on give the final state', () => {
  for (const [i, { sessions }] of followers.entries()) {
    const { list, events } = sessions.at(-1) ?? { list: new Map<string, number>(), events: [] };
    const state = new Map(list);
    for (const [type = '', name = '', revision] of events.map((line) => line.split(' '))) {
      if (type === 'DELETED') state.delete(name);
      else state.set(name, Number(revision));
    }
    expect([...state].sort()).toEqual([...stateAt(history, Infinity, sides[i])].sort());
  }
});
