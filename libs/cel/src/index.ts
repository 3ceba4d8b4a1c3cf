export { compileDeviceSelector, type DeviceSelectorProgram, type SelectableDevice } from './device-selector';
export { compileExpression, type Program } from './compile';
export { convertDynamic, Declarations, type Declared } from './declare';
export { newEnvironment } from './environment';
export { CelError } from './errors';
export { allowMutations, MadeObject, toJson, typeNameErrors } from './objects';
export { checkRules, compileRules } from './rules';
