import { deepCopy, formatFieldError, type FieldError } from '@typernetes/machinery';
import * as defaults from '../defaults';
import type { DaemonSet, DaemonSetSpec, Deployment, DeploymentSpec, ReplicaSet, StatefulSet, StatefulSetSpec } from '../generated/types';
import * as validation from './index';

const texts = (errors: FieldError[]): string[] => errors.map(formatFieldError);

const base = () => ({
  selector: { matchLabels: { a: 'b' } },
  template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
});

function made<T>(object: T, fill: (object: T) => void): T {
  const copy = deepCopy(object);
  fill(copy);
  return copy;
}

const deploymentOf = (spec: Partial<DeploymentSpec>): Deployment => made({ spec: { ...base(), ...spec } }, defaults.defaultDeployment);
const daemonSetOf = (spec: Partial<DaemonSetSpec>): DaemonSet => made({ spec: { ...base(), ...spec } }, defaults.defaultDaemonSet);
const statefulSetOf = (spec: Partial<StatefulSetSpec>): StatefulSet => made({ spec: { ...base(), ...spec } }, defaults.defaultStatefulSet);
const replicaSetOf = (spec: Partial<DeploymentSpec>): ReplicaSet => made({ spec: { ...base(), ...spec } }, defaults.defaultReplicaSet);

const onFailure = { ...base().template, spec: { ...base().template.spec, restartPolicy: 'OnFailure' } };
const limited = { ...base().template, spec: { ...base().template.spec, activeDeadlineSeconds: 5 } };
const percent = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

test('defaults', () => {
  expect(deploymentOf({}).spec).toMatchObject({
    replicas: 1,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    template: { spec: { restartPolicy: 'Always' } },
  });
  expect(deploymentOf({ strategy: { type: 'Recreate' } }).spec?.strategy).toEqual({ type: 'Recreate' });
  expect(daemonSetOf({}).spec).toMatchObject({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }, revisionHistoryLimit: 10 });
  expect(replicaSetOf({}).spec).toMatchObject({ replicas: 1 });
  expect(statefulSetOf({ volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: {} }] }).spec).toMatchObject({
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0, maxUnavailable: 1 } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    volumeClaimTemplates: [{ kind: 'PersistentVolumeClaim', apiVersion: 'v1', spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }],
  });
});

test.each<[string, Partial<DeploymentSpec>, string[]]>([
  ['fine', {}, []],
  ['replicas', { replicas: -1 }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
  ['a selector', { selector: undefined }, ['spec.selector: Required value']],
  ['one that selects', { selector: {} }, ['spec.selector: Invalid value: {}: empty selector is invalid for deployment']],
  ['one that fits', { selector: { matchLabels: { a: 'c' } } }, ['spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`']],
  ['pods that stay', { template: onFailure }, ['spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"']],
  ['pods without end', { template: limited }, ['spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported']],
  ['a strategy', { strategy: { type: 'X' } }, ['spec.strategy: Unsupported value: {"type":"X"}: supported values: "Recreate", "RollingUpdate"']],
  ['Recreate has no pace', { strategy: { type: 'Recreate', rollingUpdate: {} } }, ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"]],
  [
    'some pace',
    { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0'],
  ],
  ['a percentage', { strategy: { rollingUpdate: { maxSurge: 'x' } } }, [`spec.strategy.rollingUpdate.maxSurge: Invalid value: "x": ${percent}`]],
  ['at most all', { strategy: { rollingUpdate: { maxUnavailable: '101%' } } }, ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%']],
  ['time to make progress', { minReadySeconds: 9, progressDeadlineSeconds: 9 }, ['spec.progressDeadlineSeconds: Invalid value: 9: must be greater than minReadySeconds']],
])('deployment: %s', (_name, spec, expected) => expect(texts(validation.validateDeploymentCreate(deploymentOf(spec)))).toEqual(expected));

test.each<[string, Partial<DaemonSetSpec>, string[]]>([
  ['fine', {}, []],
  ['a selector', { selector: {} }, ['spec.selector: Invalid value: {}: empty selector is invalid for daemonset']],
  ['a strategy', { updateStrategy: { type: 'X' } }, ['spec.updateStrategy: Unsupported value: {"type":"X"}: supported values: "OnDelete", "RollingUpdate"']],
  ['one of both', { updateStrategy: { rollingUpdate: { maxSurge: 1 } } }, ['spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero']],
  ['not none', { updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } }, ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0']],
])('daemon set: %s', (_name, spec, expected) => expect(texts(validation.validateDaemonSetCreate(daemonSetOf(spec)))).toEqual(expected));

test.each<[string, Partial<StatefulSetSpec>, string[]]>([
  ['mounts of its claims', { volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }], template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'd', mountPath: '/d' }] }] } } }, []],
  ['fine', {}, []],
  ['a policy', { podManagementPolicy: 'X' }, [`spec.podManagementPolicy: Invalid value: "X": must be 'OrderedReady' or 'Parallel'`]],
  ['a strategy', { updateStrategy: { type: 'X' } }, [`spec.updateStrategy: Invalid value: {"type":"X"}: must be 'RollingUpdate' or 'OnDelete'`]],
  ['OnDelete has no pace', { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }, [`spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy 'RollingUpdate'`]],
  ['a partition', { updateStrategy: { rollingUpdate: { partition: -1 } } }, ['spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0']],
  ['claims', { persistentVolumeClaimRetentionPolicy: { whenScaled: 'X' } }, ['spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "X": supported values: "Delete", "Retain"']],
  ['ordinals', { ordinals: { start: -1 } }, ['spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0']],
])('stateful set: %s', (_name, spec, expected) => expect(texts(validation.validateStatefulSetCreate(statefulSetOf(spec)))).toEqual(expected));

test('what a stateful set is stays', () => {
  const before = statefulSetOf({});
  expect(validation.validateStatefulSetUpdate(statefulSetOf({ replicas: 3, minReadySeconds: 1 }), before)).toEqual([]);
  expect(texts(validation.validateStatefulSetUpdate(statefulSetOf({ serviceName: 'x' }), before))).toEqual([
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ]);
});

test('selectors are for life', () => {
  const selector = { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'Exists' }] };
  const text = ['spec.selector: Invalid value: {"matchLabels":{"a":"b"},"matchExpressions":[{"key":"a","operator":"Exists"}]}: field is immutable'];
  expect(texts(validation.validateDeploymentUpdate(deploymentOf({ selector }), deploymentOf({})))).toEqual(text);
  expect(texts(validation.validateReplicaSetUpdate(replicaSetOf({ selector }), replicaSetOf({})))).toEqual(text);
  expect(texts(validation.validateDaemonSetUpdate(daemonSetOf({ selector }), daemonSetOf({})))).toEqual(text);
});

test.each<[string, FieldError[], string[]]>([
  ['ready', validation.validateDeploymentStatusUpdate({ status: { replicas: 1, readyReplicas: 2 } }, {}), ['status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas']],
  ['collisions', validation.validateDeploymentStatusUpdate({ status: {} }, { status: { collisionCount: 1 } }), ['status.collisionCount: Invalid value: 0: cannot be decremented']],
  ['available', validation.validateReplicaSetStatusUpdate({ status: { replicas: 2, readyReplicas: 1, availableReplicas: 2 } } as ReplicaSet, {}), ['status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas']],
  ['updated', validation.validateStatefulSetStatusUpdate({ status: { replicas: 1, updatedReplicas: 2 } } as StatefulSet, {}), ['status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas']],
  ['scheduled', validation.validateDaemonSetStatusUpdate({ status: { numberReady: -1 } } as DaemonSet, {}), ['status.numberReady: Invalid value: -1: must be greater than or equal to 0']],
  ['a revision', validation.validateControllerRevisionCreate({ revision: -1 }), ['data: Required value: data is mandatory', 'revision: Invalid value: -1: must be greater than or equal to 0']],
  ['its data', validation.validateControllerRevisionUpdate({ revision: 1, data: { a: 1 } }, { revision: 1, data: { a: 2 } }), ['data: Invalid value: {"a":1}: field is immutable']],
])('numbers: %s', (_name, errors, expected) => expect(texts(errors)).toEqual(expected));
