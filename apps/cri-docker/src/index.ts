export type { CriDockerConfig } from './config';
export { defaultConfig } from './config';
export { startCriDocker } from './start';
