export { configDefaults, type ApiserverConfig } from './config';
export type { TlsFiles } from './tls-files';
export { runtimeConfigOf } from './flags';
export type { Intercepted, Interceptor } from './pipeline/interceptor';
export type { ApiAnswer, ApiRequest } from './pipeline/request';
export { startApiserver, type Running } from './start';
