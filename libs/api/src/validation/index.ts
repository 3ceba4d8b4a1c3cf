/**
 * The rules of the built-in kinds, with upstream's texts. `validate<Kind>Create` judges a new object with its defaults
 * filled in, `…Update` a changed one (its own rules included), `…StatusUpdate` what the status endpoint lets change.
 * Metadata is judged for all kinds alike by the apiserver, and not here.
 */
export { checkAnnotations, checkLabels } from './labels';
export { sameValue } from './checks';
export { checkPodTemplateSpec } from './pod-spec';
export { validatePodResize } from './pod-resize';
export * from './certificate-signing-request';
export * from './config-data';
export * from './cron-job';
export * from './daemon-set';
export * from './deployment';
export * from './dynamic-resources';
export * from './endpoints';
export * from './event';
export * from './flow-schema';
export * from './horizontal-pod-autoscaler';
export * from './ingress';
export * from './job';
export * from './limit-range';
export * from './namespace';
export * from './network-policy';
export * from './node';
export * from './persistent-volume';
export * from './persistent-volume-claim';
export * from './pod';
export * from './pod-disruption-budget';
export * from './priority-level-configuration';
export * from './rbac';
export * from './replica-set';
export * from './replication-controller';
export * from './resource-quota';
export * from './resource-slice';
export * from './review';
export * from './scheduling';
export * from './service';
export * from './small-kinds';
export * from './stateful-set';
export * from './storage';
