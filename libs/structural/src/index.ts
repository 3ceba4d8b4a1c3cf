/**
 * Schemas of custom kinds, without I/O (API docs: CustomResourceDefinition v1, "structural schema").
 *
 *     const errors = checkStructural(schema, 'spec.versions[0].schema.openAPIV3Schema'); // of the definition
 *     const compiled = compileSchema(schema, { compileRules }); // once for a version
 *     const dropped = compiled.prune(object); // ['spec.foo']: for `unknown field "spec.foo"`
 *     compiled.applyDefaults(object);
 *     const wrong = compiled.validate(object, previous); // `previous` on update: what was wrong before may stay
 *
 * Expressions (x-kubernetes-validations) come from outside: `compileRules` is asked once for every node of a schema.
 */
export { checkStructural } from './check';
export { compileSchema, type CompiledSchema } from './compile';
export { formats } from './formats';
export { compilePattern } from './pattern';
export { additionalOf, isObject, itemsOf, type Schema } from './schema';
export { typeNameOf } from './validate';
export type { CompileRules, Validate, Visit } from './visit';
