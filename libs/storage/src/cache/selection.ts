import type { Attributes } from './entry';

/** Which objects of a cache somebody wants. */
export interface Selection {
  /** Only keys that begin so: `namespace/`, or empty for all; for one object its whole key (`exact`). */
  readonly prefix: string;
  /** `prefix` is the whole key. */
  readonly exact?: boolean;
  /** Label and field selectors; absent: all match, and no object has to be parsed. */
  readonly matches?: (attributes: Attributes) => boolean;
  /** Fields that must have one value for anything to match: lets a cache find the few watchers that a change concerns. */
  readonly requiredFields?: Readonly<Record<string, string>>;
  /** Labels that must have one of these values for anything to match: lets a list look only at the objects that have one. */
  readonly requiredLabels?: Readonly<Record<string, readonly string[]>>;
}

export function isKeySelected(selection: Selection, key: string): boolean {
  return selection.exact ? key === selection.prefix : key.startsWith(selection.prefix);
}
