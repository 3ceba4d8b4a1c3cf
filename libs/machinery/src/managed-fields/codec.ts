/**
 * fieldsV1 from and to the wire. A set that comes from the store is taken as it is; one that a client wrote may be in
 * any order and form and is brought into the canonical one first.
 */
import { isJsonObject } from '../deep-copy';
import { leaf, self, type FieldSet, type FieldSetBuilder } from './field-set';
import { canonicalElement, sortElements } from './path-element';

/** What a client says is a set. @throws Error when it is none */
export function decodeFieldSet(fieldsV1: unknown): FieldSet {
  if (!isJsonObject(fieldsV1)) throw new Error('fieldsV1 is no object');
  const result: FieldSetBuilder = {};
  for (const [element, children] of Object.entries(fieldsV1)) {
    if (element === self) result[self] = leaf;
    else result[canonicalElement(element)] = decodeFieldSet(children);
  }
  // A node with `.` alone is a leaf.
  if (result[self] && Object.keys(result).length === 1) return leaf;
  return canonical(result);
}

/** The same set with every node's elements in the format's order: its JSON is then byte-compatible with upstream's. */
export function canonical(set: FieldSet): FieldSet {
  const elements = Object.keys(set);
  if (elements.length === 0) return leaf;
  const sorted = sortElements([...elements]);
  let isSame = true;
  const result: FieldSetBuilder = {};
  sorted.forEach((element, i) => {
    const child = set[element] as FieldSet;
    const node = canonical(child);
    if (elements[i] !== element || (node !== child && node !== leaf)) isSame = false;
    result[element] = node;
  });
  return isSame ? set : result;
}
