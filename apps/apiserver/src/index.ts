export { configDefaults, type ApiserverConfig, type TlsFiles } from './config';
export { runtimeConfigOf } from './flags';
export type { Intercepted, Interceptor } from './pipeline/interceptor';
export type { ApiAnswer, ApiRequest } from './pipeline/request';
export { startApiserver, type Running } from './start';
