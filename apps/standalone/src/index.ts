export { configDefaults, type StandaloneConfig } from './config';
export { startStandalone, type RunningStandalone } from './start';
