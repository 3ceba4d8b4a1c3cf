export { clusterAddresses, defaultSettings, workerName, type ClusterSettings } from './cluster/settings';
