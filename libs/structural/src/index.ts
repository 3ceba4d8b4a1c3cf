export { checkStructural } from './check';
export { compileSchema, type CompiledSchema } from './compile';
export { formats } from './formats';
export type { Schema } from './schema';
export { typeNameOf } from './validate';
export type { CompileRules, Validate, Visit } from './visit';
