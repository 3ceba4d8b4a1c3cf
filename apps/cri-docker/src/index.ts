export type { CriDockerConfig } from './config';
export { defaultConfig } from './config';
export type { Running } from './start';
export { startCriDocker } from './start';
