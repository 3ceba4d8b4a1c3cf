import { decodeProtobuf, openEnvelope } from './decode';
import { encodeMessage, envelopeOf, isEncodable } from './encode';

const core = 'io.k8s.api.core.v1.';

function roundTrip(definition: string, object: { apiVersion: string; kind: string }): unknown {
  const message = encodeMessage(definition, object);
  return decodeProtobuf(definition, openEnvelope(Buffer.concat([envelopeOf(object, message.length), message])));
}

const metadata = {
  name: 'a',
  namespace: 'default',
  uid: '1',
  resourceVersion: '12345678901234',
  generation: 3,
  creationTimestamp: '2026-01-02T03:04:05Z',
  deletionGracePeriodSeconds: 0,
  labels: { a: 'b', 'example.com/c': '' },
  ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'o', uid: '2', controller: false }],
  managedFields: [{ manager: 'kubectl', operation: 'Update', time: '2026-01-02T03:04:05Z', fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': { '.': {} } } }],
};

it.each<[string, string, { apiVersion: string; kind: string } & Record<string, unknown>]>([
  [
    'a Pod: inline volume sources and probe handlers, quantities, ports, negative numbers',
    'Pod',
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: {
        terminationGracePeriodSeconds: 0,
        priority: -5,
        hostNetwork: true,
        enableServiceLinks: false,
        nodeSelector: { disk: 'ssd' },
        volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }, { name: 'p', projected: { defaultMode: 420, sources: [{ configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } }] } }],
        containers: [
          {
            name: 'c',
            image: 'i',
            args: ['a', ''],
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            env: [{ name: 'E', valueFrom: { configMapKeyRef: { name: 'n', key: 'k', optional: false } } }],
            livenessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
            readinessProbe: { tcpSocket: { port: 8080 } },
            resources: { limits: { cpu: '500m' } },
            securityContext: { runAsUser: 0, runAsNonRoot: false },
          },
        ],
        ephemeralContainers: [{ name: 'e', image: 'i', targetContainerName: 'c', stdin: true }],
        tolerations: [{ key: 'k', operator: 'Exists', tolerationSeconds: 0 }],
      },
      status: { phase: 'Running', podIPs: [{ ip: '10.244.0.1' }], containerStatuses: [{ name: 'c', ready: true, restartCount: 2, image: 'i', imageID: 'x', state: { running: { startedAt: '2026-01-02T03:04:05Z' } } }] },
    },
  ],
  ['a Secret: bytes', 'Secret', { apiVersion: 'v1', kind: 'Secret', metadata, data: { a: 'AAEC/w==' }, type: 'Opaque', immutable: false }],
  ['a Service', 'Service', { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: 'None', ports: [{ name: 'h', port: 80, targetPort: 8080 }, { name: 'n', port: 81, targetPort: 'named' }], selector: { a: 'b' } } }],
  ['an Event: microseconds', 'Event', { apiVersion: 'v1', kind: 'Event', metadata, involvedObject: { kind: 'Pod', name: 'a' }, reason: 'R', eventTime: '2026-01-02T03:04:05.678000Z', count: 3 }],
])('%s comes back as it was', (_name, kind, object) => {
  expect(roundTrip(core + kind, object)).toEqual(object);
});

it('lists as values of maps are messages of their own', () => {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: { user: 'u', groups: ['g'], extra: { scopes: ['a', 'b'] } } };
  expect(roundTrip('io.k8s.api.authorization.v1.SubjectAccessReview', review)).toEqual(review);
});

it('writes what the wire format says, byte for byte', () => {
  const message = encodeMessage(`${core}ConfigMap`, { metadata: { name: 'a' }, data: { k: 'v' } });
  expect(Buffer.from(message).toString('hex')).toBe(['0a03', '0a0161', '1206', '0a016b', '120176'].join(''));
  const whole = Buffer.concat([envelopeOf({ apiVersion: 'v1', kind: 'ConfigMap' }, message.length), message]);
  expect(whole.subarray(0, 4).toString()).toBe('k8s\0');
  expect(whole.subarray(4, 8).toString('hex')).toBe('0a0f0a02');
});

it('has no form for custom kinds', () => expect(isEncodable('com.example.v1.Shirt')).toBe(false));
