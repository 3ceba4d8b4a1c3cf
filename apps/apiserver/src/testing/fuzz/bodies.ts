/** Bodies that the server takes, by resource: what is damaged a little goes deeper than what is made up. */

const labels = { a: 'b' };
const container = { name: 'c', image: 'i', env: [{ name: 'A', value: 'b' }], ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } }, livenessProbe: { httpGet: { port: 80 } } };
const template = { metadata: { labels }, spec: { containers: [container] } };
const selector = { matchLabels: labels };
const jobTemplate = { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } };
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'u' }];
const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string', pattern: '^a+$' } }, 'x-kubernetes-validations': [{ rule: "self.a != 'x'", message: 'm' }] } } };

/** `group/resource` to everything but apiVersion, kind and metadata. */
export const bodies: Readonly<Record<string, object>> = {
  '/pods': { spec: { containers: [container], initContainers: [{ ...container, name: 'i', restartPolicy: 'Always' }], volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: 'x' } }] } }], tolerations: [{ operator: 'Exists' }], affinity: { nodeAffinity: {} }, topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector }], securityContext: { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '0' }] } } },
  '/services': { spec: { type: 'NodePort', selector: labels, ports: [{ name: 'p', port: 80, targetPort: 'x' }] } },
  '/configmaps': { data: { a: 'b' }, binaryData: { c: 'AA==' } },
  '/secrets': { data: { a: 'AA==' }, stringData: { b: 'c' }, type: 'Opaque' },
  '/endpoints': { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] },
  '/events': { metadata: { name: 'fuzzed', namespace: 'default' }, involvedObject: { kind: 'Pod', namespace: 'default' }, reason: 'r', series: { count: 1, lastObservedTime: '2026-01-01T00:00:00.000000Z' } },
  '/replicationcontrollers': { spec: { replicas: 1, selector: labels, template } },
  '/serviceaccounts': { secrets: [{ name: 's' }] },
  '/limitranges': { spec: { limits: [{ type: 'Container', default: { cpu: '1' }, max: { cpu: '2' } }] } },
  '/resourcequotas': { spec: { hard: { pods: '1000', 'count/configmaps': '1k' }, scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists' }] } } },
  '/persistentvolumes': { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/tmp' } } },
  '/persistentvolumeclaims': { spec: { resources: { requests: { storage: '1Gi' } }, accessModes: ['ReadWriteOnce'] } },
  '/nodes': { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }], podCIDR: '10.244.0.0/24' } },
  '/namespaces': { spec: { finalizers: ['kubernetes'] } },
  '/podtemplates': { template },
  'apps/deployments': { spec: { replicas: 1, selector, template, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } } },
  'apps/replicasets': { spec: { replicas: 1, selector, template } },
  'apps/daemonsets': { spec: { selector, template } },
  'apps/statefulsets': { spec: { selector, template, serviceName: 's', volumeClaimTemplates: [{ metadata: { name: 'v' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } } }] } },
  'apps/controllerrevisions': { revision: 1, data: { a: 1 } },
  'batch/jobs': { spec: { ...jobTemplate.spec, podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] } } },
  'batch/cronjobs': { spec: { schedule: '* * * * *', timeZone: 'Etc/UTC', jobTemplate } },
  'policy/poddisruptionbudgets': { spec: { minAvailable: '50%', selector } },
  'autoscaling/horizontalpodautoscalers': { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } } },
  'networking.k8s.io/ingresses': { spec: { rules: [{ host: 'a.b', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }] } }] } },
  'networking.k8s.io/networkpolicies': { spec: { podSelector: selector, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], ports: [{ port: 80, endPort: 90 }] }] } },
  'networking.k8s.io/servicecidrs': { spec: { cidrs: ['10.97.0.0/16'] } },
  'discovery.k8s.io/endpointslices': { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'], conditions: {} }], ports: [{ port: 80 }] },
  'rbac.authorization.k8s.io/roles': { rules },
  'rbac.authorization.k8s.io/clusterroles': { rules, aggregationRule: { clusterRoleSelectors: [selector] } },
  'rbac.authorization.k8s.io/rolebindings': { roleRef, subjects },
  'rbac.authorization.k8s.io/clusterrolebindings': { roleRef, subjects },
  'coordination.k8s.io/leases': { spec: { holderIdentity: 'h', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' } },
  'scheduling.k8s.io/priorityclasses': { value: 1, preemptionPolicy: 'Never' },
  'node.k8s.io/runtimeclasses': { handler: 'h', overhead: { podFixed: { cpu: '1' } } },
  'storage.k8s.io/storageclasses': { provisioner: 'p', parameters: { a: 'b' }, allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: ['b'] }] }] },
  'storage.k8s.io/csinodes': { spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: ['a'] }] } },
  'storage.k8s.io/volumeattachments': { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
  'apiextensions.k8s.io/customresourcedefinitions': { metadata: { name: 'things.fuzz.example' }, spec: { group: 'fuzz.example', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } }, additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.spec.a' }] }] } },
  'admissionregistration.k8s.io/validatingadmissionpolicies': { spec: { matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] }, validations: [{ expression: 'object.spec.replicas < 5' }], variables: [{ name: 'v', expression: '1' }] } },
  'admissionregistration.k8s.io/validatingwebhookconfigurations': { webhooks: [{ name: 'a.b.c', clientConfig: { url: 'https://127.0.0.1:1/x' }, sideEffects: 'None', admissionReviewVersions: ['v1'], rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }], matchConditions: [{ name: 'm', expression: 'true' }] }] },
  'authentication.k8s.io/tokenreviews': { spec: { token: 't' } },
  'authorization.k8s.io/subjectaccessreviews': { spec: { user: 'u', resourceAttributes: { verb: 'get', resource: 'pods', fieldSelector: { requirements: [{ key: 'a', operator: 'In', values: ['b'] }] } } } },
  'authorization.k8s.io/selfsubjectrulesreviews': { spec: { namespace: 'default' } },
};
