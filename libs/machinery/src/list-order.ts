/**
 * Where the elements of a merged list stand ("preserve-order-in-strategic-merge-patch"): those that the patch names in
 * the patch's order, the others in the server's, each of these before the first named element that follows it there.
 */
import { isJsonObject } from './deep-copy';

/** Two elements are one: by the merge key, or for primitives by value. */
export function sameElement(a: unknown, b: unknown, key: string | undefined): boolean {
  if (key === undefined) return a === b;
  return isJsonObject(a) && isJsonObject(b) && a[key] !== undefined && a[key] === b[key];
}

const indexIn = (list: readonly unknown[], item: unknown, key: string | undefined): number =>
  list.findIndex((other) => sameElement(other, item, key));

/** What is wrong when a patch's items do not stand in the order that it asks for, else undefined. */
export function checkOrder(items: readonly unknown[], order: readonly unknown[], key: string | undefined): string | undefined {
  let last = -1;
  for (const item of items) {
    const index = indexIn(order, item, key);
    if (index <= last) {
      return `The order in patch list:\n${JSON.stringify(items)}\n doesn't match $setElementOrder list:\n${JSON.stringify(order)}\n`;
    }
    last = index;
  }
  return undefined;
}

/** `merged` with the elements that occur in `wanted` in that order, and the rest put among them by their order in `server`. */
export function orderLike(merged: readonly unknown[], wanted: readonly unknown[], server: readonly unknown[], key: string | undefined): unknown[] {
  const named: unknown[] = [];
  for (const name of wanted) {
    const found = merged.find((item) => sameElement(item, name, key));
    if (found !== undefined && !named.includes(found)) named.push(found);
  }
  const rest = merged.filter((item) => !named.includes(item));
  const result: unknown[] = [];
  for (const item of named) {
    const position = indexIn(server, item, key);
    // An element that the server did not know has no place there, and the rest waits for one that has.
    while (rest.length > 0 && position >= 0 && isBefore(rest[0], position, { server, key })) result.push(rest.shift());
    result.push(item);
  }
  return [...result, ...rest];
}

function isBefore(item: unknown, position: number, { server, key }: { server: readonly unknown[]; key: string | undefined }): boolean {
  const index = indexIn(server, item, key);
  return index >= 0 && index < position;
}
