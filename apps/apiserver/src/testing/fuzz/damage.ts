import { deepCopy, type Random } from '@typernetes/machinery';

/** One of them, all with the same chance. */
export const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random.next() * values.length)] as T;

/** What no field, or hardly one, expects. */
export const strange: readonly unknown[] = [
  null, true, false, -1, 0, 1.5, 1e300, -(2 ** 63), 2 ** 31, '', 'x', 'X_y', 'ä\u0000\u{1F600}', '\ud800', '../..', '1e99Gi', '-1', '0x10', '99999999999999999999', '2026-13-45T99:99:99Z',
  [], [null], [[]], {}, { a: {} }, { '': '' }, { $patch: 'delete' }, [{ name: 'c', $patch: 'replace' }], { $retainKeys: ['x'] }, ['a', 'a'], 'x'.repeat(300), { constructor: { prototype: 1 } }, { toString: 1, hasOwnProperty: null },
];

const oddKeys = ['__proto__', 'constructor', 'toString', '', 'a.b/c', '$patch', '$setElementOrder/containers', '$deleteFromPrimitiveList/finalizers', '\u0000', 'f:spec'];

type Fields = Record<string, unknown>;

/** Every place in the value: its parent and its key. */
function placesOf(value: unknown, places: [Fields, string][] = []): [Fields, string][] {
  if (typeof value !== 'object' || value === null) return places;
  for (const key of Object.keys(value)) {
    places.push([value as Fields, key]);
    placesOf((value as Fields)[key], places);
  }
  return places;
}

/** A key of any name becomes a field of the object's own. */
const set = (parent: Fields, key: string, value: unknown): void => {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
};

/** A copy with one to three values replaced, renamed, moved or dropped. */
export function damaged(random: Random, value: object): unknown {
  const copy = deepCopy(value);
  for (let rounds = 1 + Math.floor(random.next() * 3); rounds > 0; rounds--) {
    const places = placesOf(copy);
    if (places.length === 0) break;
    const [parent, key] = pick(random, places);
    const chance = random.next();
    if (chance < 0.15) delete parent[key];
    else if (chance < 0.25 && !Array.isArray(parent)) set(parent, `${key}x`, parent[key]);
    else if (chance < 0.35 && !Array.isArray(parent)) set(parent, pick(random, oddKeys), deepCopy(pick(random, strange)));
    else if (chance < 0.45) set(parent, key, deepCopy(pick(random, places)[0]));
    else set(parent, key, deepCopy(pick(random, strange)));
  }
  return copy;
}

/** Text that is cut, doubled, or has a byte replaced. */
export function brokenText(random: Random, text: string): string {
  const at = Math.floor(random.next() * text.length);
  const chance = random.next();
  if (chance < 0.4) return text.slice(0, at);
  if (chance < 0.5) return text + text.slice(at);
  if (chance < 0.6) return '['.repeat(5_000);
  return text.slice(0, at) + pick(random, ['"', '{', ']', ',', '\\', '\u0001', 'é', ':', '&a', '*a', '\n---\n', '\u2028', '9'.repeat(400)]) + text.slice(at + 1);
}

/** As protobuf: the right magic and random bytes, or bytes of a message cut or changed. */
export function brokenBytes(random: Random): Buffer {
  const length = Math.floor(random.next() * 200);
  const bytes = Buffer.from(Array.from({ length }, () => Math.floor(random.next() * 256)));
  return random.next() < 0.8 ? Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0x00]), bytes]) : bytes;
}
