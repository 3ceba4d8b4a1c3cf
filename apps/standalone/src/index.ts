export { configDefaults, type StandaloneConfig } from './config';
export { loadSimulation } from './simulated-node/simulation-file';
export { startStandalone, type RunningStandalone } from './start';
