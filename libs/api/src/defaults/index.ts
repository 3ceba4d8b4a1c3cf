/**
 * Default values per kind, upstream's (API reference). Each function works in place and may run again on its own result.
 * Kinds that are not here have no defaults.
 */
export * from './apps';
export * from './autoscaling';
export * from './batch';
export * from './container';
export * from './dynamic-resources';
export * from './endpoints';
export * from './flowcontrol';
export * from './namespace';
export * from './networking';
export * from './node';
export * from './persistent-volume';
export * from './pod';
export * from './policies';
export * from './rbac';
export * from './replication-controller';
export * from './secret';
export * from './service';
export * from './storage';
export * from './token-request';
export * from './volume';
