export type { KubeletConfig } from './config';
export { defaultConfig } from './config';
export type { KubeletDependencies, KubeletSources } from './start';
export { startKubelet } from './start';
