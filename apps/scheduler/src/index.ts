export { readConfiguration } from './config/read-configuration';
export * from './start';
