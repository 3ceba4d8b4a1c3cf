export { startCluster } from './start-cluster';
export type * from './types';
