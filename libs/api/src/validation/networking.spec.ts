import { deepCopy, formatFieldError, type FieldError } from '@typernetes/machinery';
import { autoscalerToV1, autoscalerToV2 } from '../autoscaling/convert';
import * as defaults from '../defaults';
import type { IngressSpec, NetworkPolicySpec, V2HorizontalPodAutoscaler, V2HorizontalPodAutoscalerSpec } from '../generated/types';
import * as validation from './index';

const texts = (errors: FieldError[]): string[] => errors.map(formatFieldError);

function scalerOf(spec: Partial<V2HorizontalPodAutoscalerSpec>): V2HorizontalPodAutoscaler {
  const scaler: V2HorizontalPodAutoscaler = { spec: deepCopy({ maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd' }, ...spec }) };
  defaults.defaultHorizontalPodAutoscaler(scaler);
  return scaler;
}

const cpu = (target: object): Partial<V2HorizontalPodAutoscalerSpec> => ({ metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', ...target } } }] });

test.each<[string, Partial<V2HorizontalPodAutoscalerSpec>, string[]]>([
  ['fine', { behavior: {} }, []],
  ['a minimum', { minReplicas: 0 }, ['spec.minReplicas: Invalid value: 0: must be greater than or equal to 1']],
  ['a maximum', { minReplicas: 5 }, ['spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`']],
  ['a target', { scaleTargetRef: { kind: '', name: 'd' } }, ['spec.scaleTargetRef.kind: Required value']],
  ['a number', cpu({}), ['spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization']],
  ['one number', cpu({ averageUtilization: 1, averageValue: '1' }), ['spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization']],
  ['a type', { metrics: [{ type: 'X' }] }, ['spec.metrics[0].type: Unsupported value: "X": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"']],
  ['its member', { metrics: [{ type: 'Pods' }] }, ['spec.metrics[0].pods: Required value: must populate information for the given metric source']],
  ['a pace', { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 0, periodSeconds: 1801 }] } } }, ['spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero', 'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800']],
])('autoscaler: %s', (_name, spec, expected) => expect(texts(validation.validateHorizontalPodAutoscalerCreate(scalerOf(spec)))).toEqual(expected));

test('both forms of an autoscaler are one', () => {
  const v1 = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' }, spec: { maxReplicas: 3, minReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'd' }, targetCPUUtilizationPercentage: 50 } };
  const v2 = autoscalerToV2(v1);
  expect(v2).toMatchObject({ apiVersion: 'autoscaling/v2', spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 50 } } }] } });
  expect(autoscalerToV1(v2)).toEqual(v1);
  const other = { ...v2, spec: { ...v2.spec, maxReplicas: 3, scaleTargetRef: v1.spec.scaleTargetRef, metrics: [{ type: 'Pods', pods: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '5' } } }] } };
  const older = autoscalerToV1(other);
  expect(older.metadata?.annotations).toHaveProperty(['autoscaling.alpha.kubernetes.io/metrics']);
  expect(autoscalerToV2(older)).toEqual(other);
});

const service = { service: { name: 's', port: { number: 80 } } };
const path = (fields: object): IngressSpec => ({ rules: [{ host: 'a.b', http: { paths: [{ path: '/', pathType: 'Prefix', backend: service, ...fields }] } }] });
const at = 'spec.rules[0].http.paths[0]';

test.each<[string, IngressSpec, string[]]>([
  ['fine', path({}), []],
  ['something', {}, ['spec: Invalid value: []: either `defaultBackend` or `rules` must be specified']],
  ['a type', path({ pathType: undefined }), [`${at}.pathType: Required value: pathType must be specified`]],
  ['a known type', path({ pathType: 'X' }), [`${at}.pathType: Unsupported value: "X": supported values: "Exact", "ImplementationSpecific", "Prefix"`]],
  ['an absolute path', path({ path: 'a' }), [`${at}.path: Invalid value: "a": must be an absolute path`]],
  ['a plain path', path({ path: '/a//b' }), [`${at}.path: Invalid value: "/a//b": must not contain '//'`]],
  ['a backend', path({ backend: {} }), [`${at}.backend: Invalid value: "": resource or service backend is required`]],
  ['its port', path({ backend: { service: { name: 's' } } }), [`${at}.backend: Required value: port name or number is required`]],
  ['a name', { rules: [{ host: '1.2.3.4' }] }, ['spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address']],
  ['any name below', { rules: [{ host: '*.a.b' }] }, []],
])('ingress: %s', (_name, spec, expected) => expect(texts(validation.validateIngressCreate({ spec }))).toEqual(expected));

test('ingress classes', () => {
  expect(texts(validation.validateIngressClassCreate({ spec: { controller: 'x' } }))).toEqual(['spec.controller: Invalid value: "x": must be a domain-prefixed path (such as "acme.io/foo")']);
  const spec = { controller: 'a.b/c', parameters: { kind: 'K', name: 'n', scope: 'Namespace' } };
  expect(texts(validation.validateIngressClassCreate({ spec }))).toEqual(['spec.parameters.namespace: Required value']);
  expect(texts(validation.validateIngressClassUpdate({ spec: { controller: 'a.b/d' } }, { spec: { controller: 'a.b/c' } }))).toEqual(['spec.controller: Invalid value: "a.b/d": field is immutable']);
});

const from = (peer: object): NetworkPolicySpec => ({ podSelector: {}, ingress: [{ from: [peer] }] });

test.each<[string, NetworkPolicySpec, string[]]>([
  ['fine', from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }), []],
  ['somebody', from({}), ['spec.ingress[0].from[0]: Required value: must specify a peer']],
  ['one way', from({ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }), ['spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer']],
  ['a part', from({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }), ['spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`']],
  ['a range', { podSelector: {}, ingress: [{ ports: [{ port: 5, endPort: 4 }] }] }, ['spec.ingress[0].ports[0].endPort: Invalid value: 4: must be greater than or equal to `port`']],
  ['a type', { podSelector: {}, policyTypes: ['X'] }, ['spec.policyTypes[0]: Unsupported value: "X": supported values: "Egress", "Ingress"']],
])('network policy: %s', (_name, spec, expected) => expect(texts(validation.validateNetworkPolicyCreate({ spec }))).toEqual(expected));

test('what a policy means', () => {
  const policy = { spec: { podSelector: {}, egress: [{ ports: [{ port: 1 }] }] } };
  defaults.defaultNetworkPolicy(policy);
  expect(policy.spec).toEqual({ podSelector: {}, egress: [{ ports: [{ port: 1, protocol: 'TCP' }] }], policyTypes: ['Ingress', 'Egress'] });
});

test('ranges and addresses of services', () => {
  expect(texts(validation.validateServiceCIDRCreate({ spec: { cidrs: ['10.0.0.0/8', '11.0.0.0/8'] } }))).toHaveLength(1);
  expect(texts(validation.validateServiceCIDRCreate({}))).toEqual(['spec.cidrs: Required value: at least one CIDR required']);
  expect(texts(validation.validateIPAddressCreate({ spec: { parentRef: { resource: 'services', name: '' } } }))).toEqual(['spec.parentRef.name: Required value']);
});
