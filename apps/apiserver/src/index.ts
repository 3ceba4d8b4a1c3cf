export { configDefaults, type ApiserverConfig, type TlsFiles } from './config';
export { startApiserver, type Running } from './start';
