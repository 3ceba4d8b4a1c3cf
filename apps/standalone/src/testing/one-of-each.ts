import type { KubernetesObject } from '@typernetes/machinery';

const template = (app: string): object => ({ metadata: { labels: { app } }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'app:1' }] } });
const selector = (app: string): object => ({ matchLabels: { app } });
const jobTemplate = { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'app:1' }] } } } };
const devices = { requests: [{ name: 'r', exactly: { deviceClassName: 'one' } }] };
const webhookGroup = 'admissionregistration.k8s.io/v1';

const bodies: readonly [apiVersion: string, kind: string, body: object][] = [
  ['v1', 'Pod', { spec: { containers: [{ name: 'c', image: 'app:1' }] } }],
  ['v1', 'PodTemplate', { template: template('template') }],
  ['v1', 'ReplicationController', { spec: { replicas: 0, template: template('rc') } }],
  ['v1', 'Secret', { stringData: { a: 'b' } }],
  ['v1', 'LimitRange', { spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '9Gi' } }] } }],
  ['v1', 'ResourceQuota', { spec: { hard: { 'count/podtemplates': '9' } } }],
  ['v1', 'PersistentVolume', { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/a' }, storageClassName: 'none' } }],
  ['v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'none' } }],
  ['apps/v1', 'Deployment', { spec: { replicas: 1, selector: selector('deployment'), template: template('deployment') } }],
  ['apps/v1', 'DaemonSet', { spec: { selector: selector('daemonset'), template: template('daemonset') } }],
  ['apps/v1', 'StatefulSet', { spec: { replicas: 1, serviceName: 's', selector: selector('statefulset'), template: template('statefulset') } }],
  ['batch/v1', 'CronJob', { spec: { schedule: '@yearly', jobTemplate } }],
  ['batch/v1', 'Job', { spec: jobTemplate.spec }],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'one' } } }],
  ['policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 1, selector: selector('nobody') } }],
  ['networking.k8s.io/v1', 'Ingress', { spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } } }],
  ['networking.k8s.io/v1', 'IngressClass', { spec: { controller: 'a.b/c' } }],
  ['networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {} } }],
  ['networking.k8s.io/v1', 'ServiceCIDR', { spec: { cidrs: ['10.97.0.0/16'] } }],
  ['storage.k8s.io/v1', 'VolumeAttributesClass', { driverName: 'a', parameters: { a: 'b' } }],
  ['storage.k8s.io/v1', 'StorageClass', { provisioner: 'a/b' }],
  ['storage.k8s.io/v1', 'CSIDriver', { spec: { attachRequired: false } }],
  ['storage.k8s.io/v1', 'CSINode', { spec: { drivers: [] } }],
  ['storage.k8s.io/v1', 'CSIStorageCapacity', { storageClassName: 'a', capacity: '1Gi' }],
  ['storage.k8s.io/v1', 'VolumeAttachment', { spec: { attacher: 'a', nodeName: 'somewhere', source: { persistentVolumeName: 'v' } } }],
  ['node.k8s.io/v1', 'RuntimeClass', { handler: 'h' }],
  ['resource.k8s.io/v1', 'DeviceClass', { spec: {} }],
  ['resource.k8s.io/v1', 'ResourceClaim', { spec: { devices } }],
  ['resource.k8s.io/v1', 'ResourceClaimTemplate', { spec: { spec: { devices } } }],
  ['resource.k8s.io/v1', 'ResourceSlice', { spec: { driver: 'a.example', nodeName: 'somewhere', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } } }],
  [webhookGroup, 'ValidatingAdmissionPolicy', { spec: { matchConstraints: { resourceRules: [{ apiGroups: ['a.example'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }] }, validations: [{ expression: 'true' }] } }],
  [webhookGroup, 'ValidatingAdmissionPolicyBinding', { spec: { policyName: 'one', validationActions: ['Deny'] } }],
  [webhookGroup, 'MutatingAdmissionPolicy', { spec: { matchConstraints: { resourceRules: [{ apiGroups: ['a.example'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }] }, mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "test", path: "/kind", value: "Thing"}]' } }], reinvocationPolicy: 'Never' } }],
  [webhookGroup, 'MutatingAdmissionPolicyBinding', { spec: { policyName: 'one' } }],
  [webhookGroup, 'ValidatingWebhookConfiguration', { webhooks: [] }],
  [webhookGroup, 'MutatingWebhookConfiguration', { webhooks: [] }],
];

const customKind = {
  group: 'a.example',
  scope: 'Namespaced',
  names: { plural: 'ones', kind: 'One' },
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer', description: 'How big it is.' } } } } } },
      additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }, { name: 'Colour', type: 'string', jsonPath: '.spec.colour', priority: 1 }],
    },
  ],
};

/** An object named `one` of each kind of which a new cluster has none, but for those that only clients or controllers can make. */
export const oneOfEach: readonly KubernetesObject[] = [
  ...bodies.map(([apiVersion, kind, body]) => ({ apiVersion, kind, metadata: { name: 'one' }, ...body })),
  { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'ones.a.example' }, ...{ spec: customKind } },
];
