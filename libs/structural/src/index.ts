export { checkStructural } from './check';
export { compileSchema, type CompiledSchema } from './compile';
export { formats } from './formats';
export { compilePattern } from './pattern';
export { additionalOf, isObject, itemsOf, type Schema } from './schema';
export { typeNameOf } from './validate';
export type { CompileRules, Validate, Visit } from './visit';
