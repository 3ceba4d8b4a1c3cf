import { systemClock } from '@typernetes/machinery';
import { createCertificateAuthority } from '@typernetes/pki';
import { startTestApi, type TestApi } from './testing/start-test-api';

/** What is served when everything is turned on: beta and alpha versions, and kinds that have no other. */
let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ runtimeConfig: 'api/all=true' });
}, 60_000);
afterAll(() => api.stop());

const authority = createCertificateAuthority('bundle', systemClock.now(), 1).cert;
const rules = { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }] };
const mutation = { matchConstraints: rules, mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "test", path: "/kind", value: "Thing"}]' } }], reinvocationPolicy: 'Never' };
const request = { name: 'r', deviceClassName: 'x' };
const podRequest = { signerName: 'a.example/b', podName: 'p', podUID: 'u', serviceAccountName: 's', serviceAccountUID: 'u', nodeName: 'n', nodeUID: 'u', stubPKCS10Request: 'eA==' };

/** The collection in the older version, the object, and the collection of the same objects in another version. */
const samples: [path: string, body: object, other?: string][] = [
  ['apis/admissionregistration.k8s.io/v1alpha1/mutatingadmissionpolicies', { spec: mutation }, 'apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies'],
  ['apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicybindings', { spec: { policyName: 'x' } }, 'apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings'],
  ['apis/certificates.k8s.io/v1alpha1/clustertrustbundles', { spec: { trustBundle: authority } }, 'apis/certificates.k8s.io/v1beta1/clustertrustbundles'],
  ['apis/certificates.k8s.io/v1beta1/namespaces/default/podcertificaterequests', { spec: podRequest }],
  ['apis/coordination.k8s.io/v1alpha2/namespaces/default/leasecandidates', { spec: { leaseName: 'l', binaryVersion: '1.36.0', emulationVersion: '1.36.0', strategy: 'OldestEmulationVersion' } }, 'apis/coordination.k8s.io/v1beta1/namespaces/default/leasecandidates'],
  ['apis/networking.k8s.io/v1beta1/servicecidrs', { spec: { cidrs: ['10.97.0.0/16'] } }, 'apis/networking.k8s.io/v1/servicecidrs'],
  ['apis/storage.k8s.io/v1beta1/volumeattributesclasses', { driverName: 'a', parameters: { a: 'b' } }, 'apis/storage.k8s.io/v1/volumeattributesclasses'],
  ['apis/resource.k8s.io/v1beta1/deviceclasses', { spec: { selectors: [{ cel: { expression: 'true' } }] } }, 'apis/resource.k8s.io/v1beta2/deviceclasses'],
  ['apis/resource.k8s.io/v1beta1/namespaces/default/resourceclaims', { spec: { devices: { requests: [request] } } }, 'apis/resource.k8s.io/v1/namespaces/default/resourceclaims'],
  ['apis/resource.k8s.io/v1beta1/namespaces/default/resourceclaimtemplates', { spec: { spec: { devices: { requests: [request] } } } }, 'apis/resource.k8s.io/v1/namespaces/default/resourceclaimtemplates'],
  ['apis/resource.k8s.io/v1beta1/resourceslices', { spec: { driver: 'd.example.com', nodeName: 'n', pool: { name: 'n', generation: 1, resourceSliceCount: 1 }, devices: [{ name: 'a', basic: { attributes: { m: { string: 'x' } } } }] } }, 'apis/resource.k8s.io/v1/resourceslices'],
  ['apis/resource.k8s.io/v1alpha3/devicetaintrules', { spec: { deviceSelector: { driver: 'd.example.com' }, taint: { key: 'k', effect: 'NoSchedule' } } }, 'apis/resource.k8s.io/v1beta2/devicetaintrules'],
  ['apis/resource.k8s.io/v1alpha3/resourcepoolstatusrequests', { spec: { driver: 'd.example.com' } }],
  ['apis/scheduling.k8s.io/v1alpha2/namespaces/default/workloads', { spec: { podGroupTemplates: [{ name: 'g', schedulingPolicy: { gang: { minCount: 2 } } }] } }],
  ['apis/scheduling.k8s.io/v1alpha2/namespaces/default/podgroups', { spec: { schedulingPolicy: { basic: {} } } }],
  ['apis/internal.apiserver.k8s.io/v1alpha1/storageversions', { spec: {} }],
  ['apis/storagemigration.k8s.io/v1beta1/storageversionmigrations', { spec: { resource: { group: 'apps', resource: 'deployments' } } }],
];

describe.each(samples)('%s', (path: string, body: object, other?: string) => {
  const parts = path.split('/');
  const resource = `${parts.at(-1)}.${parts[2]}.${parts[1]}`.replace(/^([^.]+)\.([^.]+)\.(.+)$/, '$1.$2.$3');

  it('is created, read, replaced without change, sent as protobuf, and shown by kubectl', async () => {
    const { code, text, json } = await api.call('POST', `/${path}`, { body: { metadata: { name: 'x' }, ...body } });
    expect([code, code === 201 ? '' : text]).toEqual([201, '']);
    expect(json.apiVersion).toBe(parts.slice(1, 3).join('/'));
    const read = await api.call('GET', `/${path}/x`);
    expect(read.json).toEqual(json);
    const replaced = await api.call('PUT', `/${path}/x`, { body: read.json });
    expect([replaced.code, replaced.json]).toEqual([200, json]);
    const binary = await api.call('GET', `/${path}/x`, { headers: { accept: 'application/vnd.kubernetes.protobuf' } });
    expect([binary.code, binary.headers['content-type']]).toEqual([200, 'application/vnd.kubernetes.protobuf']);
    const shown = await api.kubectl(['get', resource, 'x', '--no-headers']);
    expect([shown.code, shown.stderr]).toEqual([0, '']);
  });

  if (other !== undefined) {
    it('is the same object in another version', async () => {
      const [here, there] = [await api.call('GET', `/${path}/x`), await api.call('GET', `/${other}/x`)];
      expect(there.code).toBe(200);
      expect(there.json.apiVersion).toBe(other.split('/').slice(1, 3).join('/'));
      expect(there.json.metadata?.uid).toBe(here.json.metadata?.uid);
      const replaced = await api.call('PUT', `/${other}/x`, { body: { ...there.json, metadata: { ...there.json.metadata, labels: { a: 'b' } } } });
      expect([replaced.code, replaced.code === 200 ? '' : replaced.text]).toEqual([200, '']);
      const again = (await api.call('GET', `/${path}/x`)).json;
      expect(again.metadata?.labels).toEqual({ a: 'b' });
      expect(again['spec']).toEqual(here.json['spec']);
    });
  }
});

it('requests of v1beta1 are those of v1, in other places', async () => {
  const claims = 'namespaces/default/resourceclaims';
  const stored = (await api.call('GET', `/apis/resource.k8s.io/v1/${claims}/x`)).json;
  expect(stored).toMatchObject({ spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'x', allocationMode: 'ExactCount', count: 1 } }] } } });
  expect((await api.call('GET', `/apis/resource.k8s.io/v1beta1/${claims}/x`)).json).toMatchObject({ spec: { devices: { requests: [{ name: 'r', deviceClassName: 'x', allocationMode: 'ExactCount', count: 1 }] } } });
  expect((await api.call('GET', '/apis/resource.k8s.io/v1/resourceslices/x')).json).toMatchObject({ spec: { devices: [{ name: 'a', attributes: { m: { string: 'x' } } }] } });
});

describe('is refused', () => {
  const rows: [name: string, path: string, body: object, message: string][] = [
    ['a bundle of a signer by another name', 'apis/certificates.k8s.io/v1beta1/clustertrustbundles', { spec: { signerName: 'a.example/b', trustBundle: authority } }, 'ClusterTrustBundle for signerName a.example/b must be named with prefix a.example:b:'],
    ['a bundle of nothing', 'apis/certificates.k8s.io/v1beta1/clustertrustbundles', { spec: { trustBundle: 'x' } }, 'spec.trustBundle: Invalid value: "<value omitted>": at least one trust anchor must be provided'],
    ['a workload without groups', 'apis/scheduling.k8s.io/v1alpha2/namespaces/default/workloads', { spec: { podGroupTemplates: [] } }, 'spec.podGroupTemplates: Required value'],
    ['a gang of nobody', 'apis/scheduling.k8s.io/v1alpha2/namespaces/default/podgroups', { spec: { schedulingPolicy: { gang: { minCount: 0 } } } }, 'spec.schedulingPolicy.gang.minCount: Invalid value: 0: must be greater than zero'],
    ['a taint without effect', 'apis/resource.k8s.io/v1beta2/devicetaintrules', { spec: { taint: { key: 'k' } } }, 'spec.taint.effect: Required value'],
    ['a candidate older than what it emulates', 'apis/coordination.k8s.io/v1beta1/namespaces/default/leasecandidates', { spec: { leaseName: 'l', binaryVersion: '1.35.0', emulationVersion: '1.36.0', strategy: 'OldestEmulationVersion' } }, 'must be greater than or equal to `emulationVersion`'],
    ['a certificate for half an hour', 'apis/certificates.k8s.io/v1beta1/namespaces/default/podcertificaterequests', { spec: { ...podRequest, maxExpirationSeconds: 1_800 } }, 'spec.maxExpirationSeconds: Invalid value: 1800: must be in the range [3600, 7862400]'],
    ['a migration of nothing', 'apis/storagemigration.k8s.io/v1beta1/storageversionmigrations', { spec: { resource: {} } }, 'spec.resource.resource: Required value'],
  ];
  it.each(rows)('%s', async (_name, path, body, message) => {
    const { code, json } = await api.call('POST', `/${path}`, { body: { metadata: { name: 'y' }, ...body } });
    expect([code, json['message']]).toEqual([422, expect.stringContaining(message)]);
  });
});

it('who speaks for a signer must be let by it', async () => {
  const body = { metadata: { name: 'a.example:b:x' }, spec: { signerName: 'a.example/b', trustBundle: authority } };
  const asJane = { 'impersonate-user': 'jane' };
  const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
  const role = { metadata: { name: 'bundles' }, rules: [{ apiGroups: ['certificates.k8s.io'], resources: ['clustertrustbundles'], verbs: ['create'] }] };
  await api.call('POST', roles, { body: role });
  await api.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { body: { metadata: { name: 'bundles' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'bundles' }, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }] } });
  const create = (): ReturnType<TestApi['call']> => api.call('POST', '/apis/certificates.k8s.io/v1beta1/clustertrustbundles', { body, headers: asJane });
  const refused = await create();
  expect([refused.code, refused.json['message']]).toEqual([403, expect.stringContaining('user not permitted to attest for signerName "a.example/b"')]);
  await api.call('PUT', `${roles}/bundles`, { body: { ...role, rules: [...role.rules, { apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['a.example/*'], verbs: ['attest'] }] } });
  let code = 0;
  for (let i = 0; i < 100 && code !== 201; i++) {
    ({ code } = await create());
    await systemClock.sleep(25);
  }
  expect(code).toBe(201);
});

it('the parts of the control plane say how they are', async () => {
  const { stdout, stderr } = await api.kubectl(['get', 'cs', '--no-headers']);
  expect(stdout).toMatch(/^etcd-0\s+Healthy\s+ok\s*$/m);
  expect(stderr).toBe('Warning: v1 ComponentStatus is deprecated in v1.19+\n');
});
