import { deepCopy } from '@typernetes/machinery';
import type { Container, Pod, PodSpec, Service } from '../generated/types';
import * as defaults from './index';

const podOf = (spec: Partial<PodSpec>): Pod => ({ spec: { containers: [{ name: 'a', image: 'x:1' }], ...spec } });

function defaulted<T>(object: T, fill: (object: T) => void): T {
  const once = deepCopy(object);
  fill(once);
  const twice = deepCopy(once);
  fill(twice);
  expect(twice).toEqual(once);
  return once;
}

const podSpec = (spec: Partial<PodSpec>): PodSpec => defaulted(podOf(spec), defaults.defaultPod).spec ?? { containers: [] };
const container = (fields: Partial<Container>): Container | undefined => podSpec({ containers: [{ name: 'a', image: 'x', ...fields }] }).containers[0];

test('a bare pod', () => {
  expect(defaulted(podOf({}), defaults.defaultPod).spec).toEqual({
    containers: [
      {
        name: 'a',
        image: 'x:1',
        imagePullPolicy: 'IfNotPresent',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
      },
    ],
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  });
});

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.2', 'IfNotPresent'],
  ['localhost:5000/nginx', 'Always'],
  ['localhost:5000/nginx:1', 'IfNotPresent'],
  ['nginx@sha256:abc', 'IfNotPresent'],
])('%s is pulled %s', (image, policy) => expect(defaults.defaultPullPolicy(image)).toBe(policy));

test.each<[string, Partial<Container>, object]>([
  ['ports', { ports: [{ containerPort: 80 }] }, { ports: [{ containerPort: 80, protocol: 'TCP' }] }],
  [
    'a probe',
    { livenessProbe: { httpGet: { port: 80 } } },
    { livenessProbe: { httpGet: { port: 80, path: '/', scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 } },
  ],
  ['a gRPC probe', { startupProbe: { grpc: { port: 1 } } }, { startupProbe: { grpc: { port: 1, service: '' } } }],
  ['a hook', { lifecycle: { preStop: { httpGet: { port: 1 } } } }, { lifecycle: { preStop: { httpGet: { port: 1, path: '/', scheme: 'HTTP' } } } }],
  ['a field of the pod', { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }, { env: [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }] }],
  ['requests of limits', { resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } }, { resources: { requests: { cpu: '500m', memory: '1Gi' } } }],
])('container: %s', (_name, fields, expected) => expect(container(fields)).toMatchObject(expected));

test.each<[string, Partial<PodSpec>, object]>([
  ['host ports', { hostNetwork: true, containers: [{ name: 'a', ports: [{ containerPort: 80 }] }] }, { containers: [{ ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }] }] }],
  ['both names of the service account', { serviceAccountName: 'sa' }, { serviceAccountName: 'sa', serviceAccount: 'sa' }],
  ['the older name', { serviceAccount: 'sa' }, { serviceAccountName: 'sa', serviceAccount: 'sa' }],
  ['a volume without source', { volumes: [{ name: 'v' }] }, { volumes: [{ name: 'v', emptyDir: {} }] }],
  ['modes of files', { volumes: [{ name: 'v', configMap: { name: 'c' } }] }, { volumes: [{ configMap: { defaultMode: 420 } }] }],
  ['the type of a host path', { volumes: [{ name: 'v', hostPath: { path: '/a' } }] }, { volumes: [{ hostPath: { path: '/a', type: '' } }] }],
  [
    'a projected token',
    { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
    { volumes: [{ projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] } }] },
  ],
  [
    'requests of the pod: what the containers ask, else its limits',
    { resources: { limits: { cpu: '4', memory: '2Gi' } }, containers: [{ name: 'a', resources: { requests: { cpu: '1' } } }] },
    { resources: { requests: { cpu: '1', memory: '2Gi' } } },
  ],
])('pod: %s', (_name, spec, expected) => expect(podSpec(spec)).toMatchObject(expected));

const service = (spec: Service['spec']): Service['spec'] => defaulted({ spec }, defaults.defaultService).spec;

test.each<[string, Service['spec'], object]>([
  ['bare', { ports: [{ port: 80 }] }, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }] }],
  ['NodePort', { type: 'NodePort' }, { externalTrafficPolicy: 'Cluster' }],
  ['LoadBalancer', { type: 'LoadBalancer' }, { externalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true }],
  ['ClientIP', { sessionAffinity: 'ClientIP' }, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }],
])('service: %s', (_name, spec, expected) => expect(service(spec)).toMatchObject(expected));

test('an ExternalName has no traffic policy', () => expect(service({ type: 'ExternalName' })).toEqual({ type: 'ExternalName', sessionAffinity: 'None' }));

test('a replication controller takes labels and selector of its template', () => {
  const controller = defaulted(
    { spec: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } } },
    defaults.defaultReplicationController,
  );
  expect(controller).toMatchObject({ metadata: { labels: { a: 'b' } }, spec: { replicas: 1, selector: { a: 'b' }, template: { spec: { restartPolicy: 'Always' } } } });
  expect(controller.spec.template.spec).not.toHaveProperty('enableServiceLinks');
});

test('the rest', () => {
  expect(defaulted({ stringData: { a: 'x' }, data: { b: 'eQ==' } }, defaults.defaultSecret)).toEqual({ type: 'Opaque', data: { a: 'eA==', b: 'eQ==' } });
  expect(defaulted({}, defaults.defaultNamespace)).toEqual({ status: { phase: 'Active' } });
  expect(defaulted({ status: { capacity: { cpu: '1' } } }, defaults.defaultNode)).toEqual({ status: { capacity: { cpu: '1' }, allocatable: { cpu: '1' } } });
  expect(defaulted({ subsets: [{ ports: [{ port: 1 }] }] }, defaults.defaultEndpoints)).toEqual({ subsets: [{ ports: [{ port: 1, protocol: 'TCP' }] }] });
  expect(defaulted({ addressType: 'IPv4', endpoints: [], ports: [{ port: 1 }] }, defaults.defaultEndpointSlice).ports).toEqual([{ port: 1, name: '', protocol: 'TCP' }]);
  const binding = { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }, { kind: 'ServiceAccount', name: 's' }] };
  expect(defaulted(binding, defaults.defaultRoleBinding)).toEqual({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'u' }, { kind: 'ServiceAccount', name: 's' }],
  });
  expect(defaulted({ spec: { audiences: [] } }, defaults.defaultTokenRequest)).toEqual({ spec: { audiences: [], expirationSeconds: 3600 } });
});
