import { createPrivateKey } from 'node:crypto';
import forge from 'node-forge';
import { startTestApi, type TestApi } from '../testing/start-test-api';

// For loaded machines.
jest.setTimeout(60_000);

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.stop());

const base = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const mergePatch = { 'content-type': 'application/merge-patch+json' };

/** A request signed with the administrator's key: any key does. */
function requestFor(organization: string): string {
  const request = forge.pki.createCertificationRequest();
  const key = forge.pki.privateKeyFromPem(createPrivateKey(api.admin.key).export({ type: 'pkcs1', format: 'pem' }).toString());
  request.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  request.setSubject([{ name: 'commonName', value: 'jane' }, { name: 'organizationName', value: organization }]);
  request.sign(key, forge.md.sha256.create());
  return Buffer.from(forge.pki.certificationRequestToPem(request)).toString('base64');
}

const body = (name: string, rest: object = {}): object => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name, labels: { test: 'life' } },
  spec: { request: requestFor('developers'), signerName: 'example.com/a', usages: ['client auth'], expirationSeconds: 3600, ...rest },
});

// [sig-auth] Certificates API: CSR API operations
it('lives as the conformance test demands', async () => {
  const discovery = await api.call('GET', '/apis/certificates.k8s.io/v1');
  expect((discovery.json['resources'] as { name: string }[]).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['certificatesigningrequests', 'certificatesigningrequests/approval', 'certificatesigningrequests/status']),
  );
  for (const name of ['one', 'two']) expect((await api.call('POST', base, { body: body(name) })).code).toBe(201);
  const read = await api.call('GET', `${base}/one`);
  expect(read.json['spec']).toMatchObject({ username: 'kubernetes-admin', groups: expect.arrayContaining(['system:masters']) });
  expect((await api.call('GET', `${base}?fieldSelector=spec.signerName%3Dexample.com/a`)).json.items).toHaveLength(2);
  expect((await api.call('PATCH', `${base}/one`, { body: { metadata: { annotations: { patched: 'true' } } }, headers: mergePatch })).json.metadata?.annotations).toEqual({ patched: 'true' });

  const condition = { type: 'Approved', status: 'True', reason: 'Test', message: 'by hand' };
  const decided = await api.call('PATCH', `${base}/one/approval`, { body: { status: { conditions: [condition] } }, headers: mergePatch });
  expect([decided.code, decided.json['status']]).toEqual([200, { conditions: [expect.objectContaining({ ...condition, lastUpdateTime: expect.any(String) })] }]);
  const certificate = Buffer.from(api.admin.cert).toString('base64');
  const issued = await api.call('PATCH', `${base}/one/status`, { body: { status: { certificate } }, headers: mergePatch });
  expect([issued.code, issued.json['status']]).toEqual([200, expect.objectContaining({ certificate })]);
  for (const part of ['approval', 'status']) expect((await api.call('GET', `${base}/one/${part}`)).code).toBe(200);

  expect((await api.call('DELETE', `${base}/one`)).code).toBe(200);
  expect((await api.call('DELETE', `${base}?labelSelector=test%3Dlife`)).code).toBe(200);
  expect((await api.call('GET', base)).json.items).toEqual([]);
});

it('is approved and shown by kubectl', async () => {
  await api.call('POST', base, { body: body('shown') });
  expect((await api.kubectl(['certificate', 'approve', 'shown'])).stdout).toContain('approved');
  const { stdout } = await api.kubectl(['get', 'csr', 'shown']);
  expect(stdout).toMatch(/NAME +AGE +SIGNERNAME +REQUESTOR +REQUESTEDDURATION +CONDITION\nshown +\S+ +example.com\/a +kubernetes-admin +60m +Approved/);
});

it('nobody approves or signs for a signer that did not let them', async () => {
  await api.call('POST', base, { body: body('guarded') });
  const rules = [{ apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status'], verbs: ['patch'] }];
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await api.call('POST', `${rbac}/clusterroles`, { body: { metadata: { name: 'approver' }, rules } });
  await api.call('POST', `${rbac}/clusterrolebindings`, {
    body: { metadata: { name: 'approver' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'approver' }, subjects: [{ kind: 'User', name: 'jane' }] },
  });
  const as = { ...mergePatch, 'impersonate-user': 'jane' };
  const decide = () => api.call('PATCH', `${base}/guarded/approval`, { body: { status: { conditions: [{ type: 'Approved', status: 'True' }] } }, headers: as });
  // Rules come to the authoriser by a watch.
  const until = async (wanted: (text: string) => boolean): Promise<string> => {
    for (;;) {
      const { text } = await decide();
      if (wanted(text)) return text;
    }
  };
  expect(await until((text) => !text.includes('cannot patch'))).toContain('user not permitted to approve requests with signerName \\"example.com/a\\"');
  const failed = await api.call('PATCH', `${base}/guarded/status`, { body: { status: { conditions: [{ type: 'Failed', status: 'True' }] } }, headers: as });
  expect([failed.code, failed.text]).toEqual([403, expect.stringContaining('user not permitted to sign requests with signerName')]);

  const signers = { apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['example.com/*'], verbs: ['approve'] };
  await api.call('PATCH', `${rbac}/clusterroles/approver`, { body: { rules: [...rules, signers] }, headers: mergePatch });
  expect(await until((text) => !text.includes('not permitted to approve'))).toContain('"Approved"');
});

it('nobody gets a certificate of system:masters', async () => {
  const refused = await api.call('POST', base, { body: body('root', { request: requestFor('system:masters'), signerName: 'kubernetes.io/kube-apiserver-client' }) });
  expect([refused.code, refused.text]).toEqual([403, expect.stringContaining('use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed')]);
});
