export type { KubeletConfig } from './config';
export { defaultConfig } from './config';
export type { Host } from './host';
export type { Machine } from './node/machine';
export type { ProbeResult } from './probes/http-probe';
export type { NetworkProbe } from './probes/network-probe';
export type { CriCallOptions, CriClient, CriEvents, CriMethod } from './runtime/cri-client';
export type { KubeletDependencies, KubeletSources } from './start';
export { startKubelet } from './start';
