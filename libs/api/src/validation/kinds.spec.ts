import { deepCopy, formatFieldError, type FieldError } from '@typernetes/machinery';
import { defaultReplicationController, defaultService } from '../defaults';
import type { Endpoint, Node, ReplicationController, Service, ServiceSpec } from '../generated/types';
import * as validation from './index';

const texts = (errors: FieldError[]): string[] => errors.map(formatFieldError);
const ip = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

function serviceOf(spec: ServiceSpec): Service {
  const service = { spec: deepCopy(spec) };
  defaultService(service);
  return service;
}

const port = { port: 80 };
const lb: ServiceSpec = { type: 'LoadBalancer', ports: [port] };

test.each<[string, ServiceSpec, string[]]>([
  ['fine', { ports: [port] }, []],
  ['ports are required', {}, ['spec.ports: Required value']],
  ['headless needs none', { clusterIP: 'None', clusterIPs: ['None'] }, []],
  ['names of several ports', { ports: [port, { port: 81, name: 'b' }] }, ['spec.ports[0].name: Required value']],
  ['unique names', { ports: [{ ...port, name: 'a' }, { port: 81, name: 'a' }] }, ['spec.ports[1].name: Duplicate value: "a"']],
  ['unique ports', { ports: [{ ...port, name: 'a' }, { ...port, name: 'b' }] }, ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}']],
  ['a port', { ports: [{ port: 0, targetPort: 1 }] }, ['spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive']],
  ['types', { type: 'X', ports: [port] }, ['spec.type: Unsupported value: "X": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"']],
  ['node ports', { ports: [{ ...port, nodePort: 30_000 }] }, ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]],
  ['a headless load balancer', { ...lb, clusterIP: 'None', clusterIPs: ['None'] }, ["spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for LoadBalancer services"]],
  ['the kubelet is not for all', { ...lb, ports: [{ port: 10_250 }] }, ['spec.ports[0].port: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet']],
  ['an external name', { type: 'ExternalName' }, ['spec.externalName: Required value']],
  ['an address', { ports: [port], clusterIP: 'x', clusterIPs: ['x'] }, [`spec.clusterIPs[0]: Invalid value: "x": ${ip}`]],
  ['both address fields', { ports: [port], clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.2'] }, ['spec.clusterIPs: Invalid value: ["10.0.0.2"]: first value must match `clusterIP`']],
  ['families', { ports: [port], clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv6'] }, ['spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`']],
  ['external addresses', { ports: [port], externalIPs: ['127.0.0.1'] }, ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)']],
  ['affinity', { ports: [port], sessionAffinity: 'X' }, ['spec.sessionAffinity: Unsupported value: "X": supported values: "ClientIP", "None"']],
  ['affinity for too long', { ports: [port], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 90_000 } } }, ['spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 90000: must be greater than 0 and less than 86400']],
  ['external policy inside', { ports: [port], externalTrafficPolicy: 'Local' }, ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services']],
  ['ranges of sources', { ports: [port], loadBalancerSourceRanges: ['10.0.0.0/8'] }, ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"]],
  ['a class', { ports: [port], loadBalancerClass: 'a/b' }, ["spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"]],
  ['a health check', { type: 'NodePort', ports: [port], healthCheckNodePort: 1 }, ["spec.healthCheckNodePort: Invalid value: 1: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"]],
])('service: %s', (_name, spec, expected) => expect(texts(validation.validateServiceCreate(serviceOf(spec)))).toEqual(expected));

test('the address of a service is for life', () => {
  const before = serviceOf({ ports: [port], clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'] });
  expect(validation.validateServiceUpdate(before, before)).toEqual([]);
  const moved = serviceOf({ ports: [port], clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.2'] });
  expect(texts(validation.validateServiceUpdate(moved, before))).toEqual(['spec.clusterIPs[0]: Invalid value: ["10.0.0.2"]: may not change once set']);
  expect(validation.validateServiceUpdate(serviceOf({ type: 'ExternalName', externalName: 'a.b' }), before)).toEqual([]);
});

test('ingress points are a load balancer\'s', () => {
  const status = { loadBalancer: { ingress: [{ ip: '1.2.3.4', ipMode: 'VIP' }] } };
  expect(validation.validateServiceStatusUpdate({ ...serviceOf(lb), status }, serviceOf(lb))).toEqual([]);
  expect(texts(validation.validateServiceStatusUpdate({ ...serviceOf({ ports: [port] }), status }, serviceOf({})))).toEqual([
    "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
  ]);
});

function controllerOf(spec: ReplicationController['spec']): ReplicationController {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const controller: ReplicationController = { spec: deepCopy({ template, ...spec }) };
  defaultReplicationController(controller);
  return controller;
}

test.each<[string, ReplicationController['spec'], string[]]>([
  ['fine', {}, []],
  ['another selector', { selector: { a: 'c' } }, ['spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`']],
  ['negative', { replicas: -1 }, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
  ['no labels', { template: { spec: { containers: [{ name: 'c', image: 'i' }] } } }, ['spec.selector: Required value']],
  ['a job', { template: { metadata: { labels: { a: 'b' } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } }, ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"']],
  ['an image', { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c' }] } } }, ['spec.template.spec.containers[0].image: Required value']],
])('replication controller: %s', (_name, spec, expected) => expect(texts(validation.validateReplicationControllerCreate(controllerOf(spec)))).toEqual(expected));

test('counts of a controller', () => {
  expect(texts(validation.validateReplicationControllerStatusUpdate({ status: { replicas: 1, readyReplicas: 2 } }, {}))).toEqual([
    'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
  ]);
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const big = 'x'.repeat(1024 * 1024 + 1);

test.each<[string, FieldError[], string[]]>([
  ['a key', validation.validateSecretCreate({ data: { 'a b': '' } }), ["data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"]],
  ['too large', validation.validateSecretCreate({ data: { a: base64(big) } }), ['data: Too long: may not be more than 1048576 bytes']],
  ['TLS', validation.validateSecretCreate({ type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }), ['data[tls.key]: Required value']],
  ['a token', validation.validateSecretCreate({ type: 'kubernetes.io/service-account-token' }), ['metadata.annotations[kubernetes.io/service-account.name]: Required value']],
  ['docker', validation.validateSecretCreate({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64('{') } }), ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character in JSON']],
  ['another type', validation.validateSecretUpdate({ type: 'a/b' }, { type: 'Opaque' }), ['type: Invalid value: "a/b": field is immutable']],
  ['frozen', validation.validateSecretUpdate({ immutable: true, data: { a: 'eA==' } }, { immutable: true }), ['data: Forbidden: field is immutable when `immutable` is set']],
  ['thawed', validation.validateConfigMapUpdate({}, { immutable: true }), ['immutable: Forbidden: field is immutable when `immutable` is set']],
  ['one key twice', validation.validateConfigMapCreate({ data: { a: '' }, binaryData: { a: '' } }), ['data[a]: Invalid value: "a": duplicate of key present in binaryData']],
  ['a large map', validation.validateConfigMapCreate({ data: { a: big } }), ['[]: Too long: may not be more than 1048576 bytes']],
])('data: %s', (_name, errors, expected) => expect(texts(errors)).toEqual(expected));

const endpoint: Endpoint = { addresses: ['10.0.0.1'] };

test.each<[string, FieldError[], string[]]>([
  ['fine', validation.validateEndpointSliceCreate({ addressType: 'IPv4', endpoints: [endpoint] }), []],
  ['an address of another family', validation.validateEndpointSliceCreate({ addressType: 'IPv6', endpoints: [endpoint] }), ['endpoints[0].addresses[0]: Invalid value: "10.0.0.1": must be an IPv6 address']],
  ['no IP address', validation.validateEndpointSliceCreate({ addressType: 'IPv4', endpoints: [{ addresses: ['x'] }] }), ['endpoints[0].addresses[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ['a type that is none', validation.validateEndpointSliceCreate({ addressType: 'Foo', endpoints: [endpoint] }), ['addressType: Unsupported value: "Foo": supported values: "FQDN", "IPv4", "IPv6"']],
  ['no address', validation.validateEndpointSliceCreate({ addressType: 'IPv4', endpoints: [{ addresses: [] }] }), ['endpoints[0].addresses: Required value: must contain at least 1 address']],
  ['another type', validation.validateEndpointSliceUpdate({ addressType: 'IPv4', endpoints: [] }, { addressType: 'IPv6', endpoints: [] }), ['addressType: Invalid value: "IPv4": field is immutable']],
  ['too many', validation.validateEndpointSliceCreate({ addressType: 'IPv4', endpoints: Array.from({ length: 1001 }, () => endpoint) }), ['endpoints: Too many: must have at most 1000 items']],
  ['an empty subset', validation.validateEndpointsCreate({ subsets: [{}] }), ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']],
  ['a loopback', validation.validateEndpointsCreate({ subsets: [{ addresses: [{ ip: '127.0.0.1' }] }] }), ['subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)']],
])('endpoints: %s', (_name, errors, expected) => expect(texts(errors)).toEqual(expected));

const ref = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };

test.each<[string, FieldError[], string[]]>([
  ['fine', validation.validateRoleCreate({ rules: [rule] }), []],
  ['no verbs', validation.validateRoleCreate({ rules: [{ ...rule, verbs: [] }] }), ['rules[0].verbs: Required value: verbs must contain at least one value']],
  ['no groups', validation.validateRoleCreate({ rules: [{ verbs: ['get'], resources: ['pods'] }] }), ['rules[0].apiGroups: Required value: resource rules must supply at least one api group']],
  ['paths are not of a namespace', validation.validateRoleCreate({ rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }), ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs']],
  ['paths of the cluster', validation.validateClusterRoleCreate({ rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }), []],
  ['another role', validation.validateRoleBindingUpdate({ roleRef: { ...ref, name: 's' } }, { roleRef: ref }), ['roleRef: Invalid value: {"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"s"}: cannot change roleRef']],
  ['a cluster binding needs a cluster role', validation.validateClusterRoleBindingCreate({ roleRef: ref }), ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"']],
  ['a subject\'s namespace', validation.validateClusterRoleBindingCreate({ roleRef: { ...ref, kind: 'ClusterRole' }, subjects: [{ kind: 'ServiceAccount', name: 'a' }] }), ['subjects[0].namespace: Required value']],
  ['kinds of subjects', validation.validateRoleBindingCreate({ roleRef: ref, subjects: [{ kind: 'Cat', name: 'a' }] }), ['subjects[0].kind: Unsupported value: "Cat": supported values: "Group", "ServiceAccount", "User"']],
])('rbac: %s', (_name, errors, expected) => expect(texts(errors)).toEqual(expected));

const taint = { key: 'a', effect: 'NoSchedule' };
const node = (spec: Node['spec']): Node => ({ spec });

test.each<[string, FieldError[], string[]]>([
  ['taints are unique', validation.validateNodeCreate(node({ taints: [taint, taint] })), ['spec.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule"}: taints must be unique by key and effect pair']],
  ['effects', validation.validateNodeCreate(node({ taints: [{ key: 'a', effect: 'X' }] })), ['spec.taints[0].effect: Unsupported value: "X": supported values: "NoExecute", "NoSchedule", "PreferNoSchedule"']],
  ['the pod CIDR stays', validation.validateNodeUpdate(node({ podCIDRs: ['10.1.0.0/24'] }), node({ podCIDRs: ['10.2.0.0/24'] })), ['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid']],
  ['the pod CIDR comes', validation.validateNodeUpdate(node({ podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] }), node({})), []],
  ['a CIDR', validation.validateNodeCreate(node({ podCIDRs: ['10.1.0.0'] })), ['spec.podCIDRs[0]: Invalid value: "10.1.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ['a phase', validation.validateNamespaceStatusUpdate({ status: { phase: 'Terminating' } }, {}), ["status.Phase: Invalid value: \"Terminating\": may not be 'Terminating' if `deletionTimestamp` is empty"]],
  ['a finalizer', validation.validateNamespaceCreate({ spec: { finalizers: ['x'] } }), ['spec.finalizers: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified']],
  ['a lease', validation.validateLeaseCreate({ spec: { leaseDurationSeconds: 0 } }), ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0']],
  ['a binding', validation.validateBindingCreate({ target: { kind: 'Pod', name: '' } }), ['target.kind: Unsupported value: "Pod": supported values: "<empty>", "Node"', 'target.name: Required value']],
  ['a token', validation.validateTokenRequestCreate({ spec: { audiences: [], expirationSeconds: 60 } }), ['spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes']],
  ['a scale', validation.validateScaleUpdate({ spec: { replicas: -1 } }), ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
  ['ways to delete', validation.validateDeleteOptions({ propagationPolicy: 'X' }), ['propagationPolicy: Unsupported value: "X": supported values: "Background", "Foreground", "Orphan", "nil"']],
  ['two ways to delete', validation.validateDeleteOptions({ propagationPolicy: 'Orphan', orphanDependents: true }), ['propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set']],
  ['a review of nothing', validation.validateSubjectAccessReviewCreate({ spec: { user: 'u' } }), ['spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified']],
  ['a review of nobody', validation.validateSubjectAccessReviewCreate({ spec: { resourceAttributes: {} } }), ['spec.user: Invalid value: "": at least one of user or group must be specified']],
])('%s', (_name, errors, expected) => expect(texts(errors)).toEqual(expected));

const event = { metadata: { namespace: 'n' }, involvedObject: { namespace: 'n' } };

test.each<[string, FieldError[], string[]]>([
  ['fine', validation.validateEventCreate(event), []],
  ['a node\'s event is in default', validation.validateEventCreate({ metadata: { namespace: 'default' }, involvedObject: {} }), []],
  ['namespaces agree', validation.validateEventCreate({ ...event, involvedObject: { namespace: 'm' } }), ['involvedObject.namespace: Invalid value: "m": does not match event.namespace']],
  [
    'the newer form says more',
    validation.validateEventV1Create({ metadata: { namespace: 'n' }, regarding: { namespace: 'n' }, eventTime: 't', reportingController: 'c', reportingInstance: 'i', action: 'a', reason: 'r', type: 'Odd' }),
    ['type: Invalid value: "": has invalid value: Odd'],
  ],
  ['the newer form has a time', validation.validateEventV1Create({ metadata: { namespace: 'n' }, regarding: { namespace: 'n' }, eventTime: '', reportingController: 'c', reportingInstance: 'i', action: 'a', reason: 'r', type: 'Normal' }), ['eventTime: Required value']],
])('event: %s', (_name, errors, expected) => expect(texts(errors)).toEqual(expected));
