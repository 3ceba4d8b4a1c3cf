export * as api from './generated/t8s/api/v1/api';
export * as cri from './generated/cri/runtime/v1/api';
export * as node from './generated/t8s/node/v1/node';
export { fileDescriptorSet } from './generated/descriptors';
