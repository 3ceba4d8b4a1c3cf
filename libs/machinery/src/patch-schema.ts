/**
 * What strategic merge patch must know of a type. A schema describes a field as it stands in its parent: strategy and
 * merge key belong to the field, properties and items to its value.
 */
export interface PatchSchema {
  /**
   * The field `name` of an object; of a map (additionalProperties) the schema of its values, whatever the name.
   * Undefined for unknown fields: their objects merge, their lists are replaced.
   */
  property(name: string): PatchSchema | undefined;
  /** Of a list: its items. */
  readonly items?: PatchSchema;
  /** `x-kubernetes-patch-strategy`, split at commas: `['merge', 'retainKeys']`. */
  readonly patchStrategy?: readonly string[];
  /** `x-kubernetes-patch-merge-key` of a list of objects; absent for lists of primitives. */
  readonly patchMergeKey?: string;
}
