export { acceptNames, type NamesVerdict, type TakenNames } from './names';
export { customResourceCleanup, storageVersionOf } from './custom-resource-definition';
export { approvalOf } from './validate-approval';
