export { conditionEnvironment } from './match-condition-environment';
export { reviewVersion } from './validate-webhooks';
export { compileVariables, type CompiledVariables } from './policy-environment';
export { mutationResults } from './validate-mutating-policies';
