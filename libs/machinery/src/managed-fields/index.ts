export { applyObject, type Applied, type Apply } from './apply';
export { atomicsOf } from './atomics';
export { joinTypeErrors, typeErrors } from './check-types';
export { canonical, decodeFieldSet } from './codec';
export { compareObjects, type Comparison } from './compare';
export {
  difference,
  emptySet,
  equalSets,
  intersection,
  isEmptySet,
  isSubset,
  leaves,
  pathsOf,
  recursiveDifference,
  setOf,
  union,
  type FieldSet,
} from './field-set';
export { deduced, KeyError, type DeducedType, type FieldType, type LeafType, type ListType, type MapType, type ScalarType } from './field-type';
export { jsonEqual } from './json-equal';
export { decodeOwners, encodeOwners, ownersOf, updateManagersMax, type ManagedOperation, type Manager, type Owner } from './managers';
export { mergeObjects } from './merge';
export { fieldsOf } from './object-fields';
export { fieldElement, formatPath, keyElement, valueElement } from './path-element';
export { extractFields, removeFields } from './remove-fields';
export { trackUpdate, withoutManagedFields, type ObjectMetadata, type TypedPair, type UpdateTracking } from './track-update';
