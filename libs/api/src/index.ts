export * from './generated/types';
export * from './kind';
export * from './resources';
