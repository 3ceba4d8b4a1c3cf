import { decodeFields, decodingFailureMessage } from './decode';

const pod = 'io.k8s.api.core.v1.Pod';

describe('decoding by definition', () => {
  it.each<[string, string, unknown, string]>([
    ['a string for a list of structs', pod, { spec: { containers: 'a' } }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container'],
    ['an array for an object', pod, { metadata: [] }, 'json: cannot unmarshal array into Go struct field Pod.metadata of type v1.ObjectMeta'],
    ['a string for an int32', pod, { spec: { containers: [{ ports: [{ containerPort: '80' }] }] } }, 'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32'],
    ['a fraction for an int32', 'io.k8s.api.core.v1.ReplicationController', { spec: { replicas: 1.5 } }, 'json: cannot unmarshal number 1.5 into Go struct field ReplicationControllerSpec.spec.replicas of type int32'],
    ['a number for a string', pod, { spec: { containers: [{ env: [{ name: 'a', value: 1 }] }] } }, 'json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string'],
    ['a number as a label', pod, { metadata: { labels: { a: 1 } } }, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'],
    ['a list for labels', pod, { metadata: { labels: ['a'] } }, 'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string'],
    ['a boolean for a policy', pod, { spec: { restartPolicy: true } }, 'json: cannot unmarshal bool into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy'],
    ['a quantity that is none', pod, { spec: { containers: [{ resources: { limits: { cpu: 'x' } } }] } }, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['a time that is none', pod, { metadata: { creationTimestamp: 'soon' } }, 'parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"'],
    ['bytes that are not base64', 'io.k8s.api.core.v1.Secret', { data: { a: '!!' } }, 'illegal base64 data at input byte 0'],
    ['no object at all', pod, [], 'json: cannot unmarshal array into Go value of type v1.Pod'],
    ['a boolean for a port', 'io.k8s.api.core.v1.Service', { spec: { ports: [{ targetPort: true }] } }, 'json: cannot unmarshal bool into Go value of type int32'],
  ])('refuses %s', (_name, definition, object, error) => {
    expect(decodeFields(definition, object).error).toBe(error);
  });

  it('drops unknown fields and reports their paths in the order of the document', () => {
    const object = { foo: 1, metadata: { name: 'a', colour: 'red' }, spec: { containers: [{ name: 'a', imagee: 'b' }], bar: {} } };
    expect(decodeFields(pod, object)).toEqual({
      unknownFields: ['foo', 'metadata.colour', 'spec.containers[0].imagee', 'spec.bar'],
    });
    expect(object).toEqual({ metadata: { name: 'a' }, spec: { containers: [{ name: 'a' }] } });
  });

  it('normalises times, nulls and numeric quantities', () => {
    const object = {
      metadata: { name: 'a', creationTimestamp: null, deletionTimestamp: '2026-01-02T03:04:05.678+01:00', labels: null },
      spec: { containers: [{ name: 'a', resources: { requests: { cpu: 1, memory: '1024Mi' }, limits: { cpu: 0.5, memory: '1.5Gi' } }, command: null }] },
    };
    expect(decodeFields(pod, object)).toEqual({ unknownFields: [] });
    expect(object).toEqual({
      metadata: { name: 'a', deletionTimestamp: '2026-01-02T02:04:05Z' },
      spec: { containers: [{ name: 'a', resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '500m', memory: '1536Mi' } } }] },
    });
  });

  it('keeps microseconds where the kind has them', () => {
    const lease = { spec: { renewTime: '2026-01-02T03:04:05.123456Z', acquireTime: '2026-01-02T03:04:05Z' } };
    decodeFields('io.k8s.api.coordination.v1.Lease', lease);
    expect(lease.spec).toEqual({ renewTime: '2026-01-02T03:04:05.123456Z', acquireTime: '2026-01-02T03:04:05.000000Z' });
  });

  it('takes both forms of an int-or-string', () => {
    const service = { spec: { ports: [{ port: 80, targetPort: 'web' }, { port: 81, targetPort: 8081 }] } };
    expect(decodeFields('io.k8s.api.core.v1.Service', service)).toEqual({ unknownFields: [] });
  });

  it('names the kind and the version of what it refuses', () => {
    expect(decodingFailureMessage({ apiVersion: 'apps/v1', kind: 'Deployment' }, 'why')).toBe('Deployment in version "v1" cannot be handled as a Deployment: why');
  });
});
