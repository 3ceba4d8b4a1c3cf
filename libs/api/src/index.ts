export * from './define-kind';
export * from './generated/types';
export * from './kind';
export * from './kinds';
export * from './name-rules';
export * from './registry';
export * from './resources';
