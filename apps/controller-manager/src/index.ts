export type { ControllerManagerConfig } from './config';
export * from './start';
