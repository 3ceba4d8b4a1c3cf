export type { ProxyConfig } from './config';
export { defaultConfig } from './config';
export type { ProxyDependencies, ProxySources } from './start';
export { startProxy } from './start';
