export { conditionEnvironment } from './match-condition-environment';
export { reviewVersion } from './validate-webhooks';
