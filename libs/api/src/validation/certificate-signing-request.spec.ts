import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';
import { parseCertificateRequest } from '../certificates/parse-request';
import type { CertificateSigningRequest } from '../generated/types';
import { createRegistry } from '../kinds';
import { validateCertificateSigningRequestApproval, validateCertificateSigningRequestCreate, validateCertificateSigningRequestStatusUpdate, validateCertificateSigningRequestUpdate } from './certificate-signing-request';

function makeRequest(organizations: readonly string[]): string {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
  const request = forge.pki.createCertificationRequest();
  request.publicKey = forge.pki.publicKeyFromPem(publicKey);
  request.setSubject([{ name: 'commonName', value: 'jane' }, ...organizations.map((value) => ({ name: 'organizationName', value: forge.util.encodeUtf8(value) }))]);
  request.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
  return forge.pki.certificationRequestToPem(request);
}

/** Made by `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=node/O=system:nodes`. */
const ellipticPem = `-----BEGIN CERTIFICATE REQUEST-----
MIHhMIGIAgEAMCYxDTALBgNVBAMMBG5vZGUxFTATBgNVBAoMDHN5c3RlbTpub2Rl
czBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAxNAQhr01ndlHEbiWsdYEYuvz+s
X8cKbnMFSIOcrwnlV1ga1PYRjAFZtiPsrx2FFsqzbbAdhcn3Qvweu1N+l/agADAK
BggqhkjOPQQDAgNIADBFAiBPshDlUYZlOHTXgrdlRPRAOB8W7MSDNpu4cudMkgjg
yQIhAJ6yXPGjHF+7eLpKZd1g/GBfjufxjC8JPO61LmPpUIQ8
-----END CERTIFICATE REQUEST-----
`;
/** As above with `-addext subjectAltName=DNS:a.example,IP:10.0.0.1,email:me@example.com,URI:https://a/b`. */
const namedPem = `-----BEGIN CERTIFICATE REQUEST-----
MIIBNTCB2wIBADAvMRYwFAYDVQQDDA1zeXN0ZW06bm9kZTphMRUwEwYDVQQKDAxz
eXN0ZW06bm9kZXMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR1+5jMscjxFe8k
y05tqTcUsni7qKzvWxUByLRwf51ZJFCihVmGmZrM837FeJTYJglrZ2NdK7dMWevz
xD9C6XYvoEowSAYJKoZIhvcNAQkOMTswOTA3BgNVHREEMDAugglhLmV4YW1wbGWH
BAoAAAGBDm1lQGV4YW1wbGUuY29thgtodHRwczovL2EvYjAKBggqhkjOPQQDAgNJ
ADBGAiEA27TrxDCMxsyLiulpgeK0h8PFO3D+Obnk95Xiw6M3wWICIQDS2FxX76R9
0yXCr7GIlHnb2TotNHV8ckUEERBe2D4/9A==
-----END CERTIFICATE REQUEST-----
`;
const pem = makeRequest(['developers', 'größe']);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const spec = { request: base64(pem), signerName: 'example.com/a', usages: ['client auth'] };
const csr = (rest: object = {}, status: object = {}): CertificateSigningRequest => ({ metadata: { name: 'a' }, spec: { ...spec, ...rest }, status });
const approved = { type: 'Approved', status: 'True' };
const denied = { type: 'Denied', status: 'True' };
const fields = (errors: readonly { field: string; type: string; detail: string }[]): string[] => errors.map(({ field, detail }) => `${field}: ${detail}`);

describe('a certificate request', () => {
  it('is read, whatever its key', () => {
    expect(parseCertificateRequest(`some words\n${pem}`)).toMatchObject({ organizations: ['developers', 'größe'] });
    expect(parseCertificateRequest(pem).isSignatureValid()).toBe(true);
    expect(parseCertificateRequest(ellipticPem).organizations).toEqual(['system:nodes']);
    expect(parseCertificateRequest(ellipticPem).isSignatureValid()).toBe(true);
    expect(parseCertificateRequest(ellipticPem)).toMatchObject({ commonName: 'node', altNames: { dns: [], ips: [], emails: [], uris: [] } });
    expect(parseCertificateRequest(namedPem)).toMatchObject({
      commonName: 'system:node:a',
      altNames: { dns: ['a.example'], ips: [Buffer.from([10, 0, 0, 1])], emails: ['me@example.com'], uris: ['https://a/b'] },
    });
  });

  it('proves nothing when it was changed after it was signed', () => {
    const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
    der.write('joan', der.indexOf('jane'));
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(parseCertificateRequest(changed).isSignatureValid()).toBe(false);
  });

  it.each([
    ['', 'PEM block type must be CERTIFICATE REQUEST'],
    [pem.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE'), 'PEM block type must be CERTIFICATE REQUEST'],
    ['-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n', 'asn1: structure error'],
  ])('%# is refused', (text, why) => expect(() => parseCertificateRequest(text)).toThrow(why));
});

describe('a CertificateSigningRequest', () => {
  it('is fine', () => expect(validateCertificateSigningRequestCreate(csr())).toEqual([]));

  it.each<[object, string]>([
    [{ request: base64('no') }, 'spec.request: PEM block type must be CERTIFICATE REQUEST'],
    [{ usages: [] }, 'spec.usages: '],
    [{ usages: ['client auth', 'client auth'] }, 'spec.usages[1]: '],
    [{ usages: ['flying'] }, 'spec.usages[0]: supported values'],
    [{ signerName: 'a' }, "spec.signerName: must be a fully qualified domain and path of the form 'example.com/signer-name'"],
    [{ signerName: 'a/b' }, 'spec.signerName: should be a domain with at least two segments separated by dots'],
    [{ signerName: 'kubernetes.io/legacy-unknown' }, 'spec.signerName: the legacy signerName is not allowed via this API version'],
    [{ expirationSeconds: 599 }, 'spec.expirationSeconds: may not specify a duration less than 600 seconds (10 minutes)'],
  ])('with %j is refused', (rest, why) => {
    const errors = fields(validateCertificateSigningRequestCreate(csr(rest)));
    expect(errors).toHaveLength(1);
    expect(errors[0]?.startsWith(why.replace(/supported values$/, ''))).toBe(true);
  });

  it('is decided by approval alone, once, and one way', () => {
    expect(validateCertificateSigningRequestApproval(csr({}, { conditions: [approved] }), csr())).toEqual([]);
    expect(fields(validateCertificateSigningRequestStatusUpdate(csr({}, { conditions: [approved] }), csr()))).toEqual(['status.conditions: updates may not add a condition of type "Approved"']);
    expect(fields(validateCertificateSigningRequestApproval(csr(), csr({}, { conditions: [denied] })))).toEqual(['status.conditions: updates may not remove a condition of type "Denied"']);
    expect(fields(validateCertificateSigningRequestApproval(csr({}, { conditions: [approved, denied] }), csr({}, { conditions: [approved] })))).toEqual([
      'status.conditions[1].type: Approved and Denied conditions are mutually exclusive',
    ]);
    expect(validateCertificateSigningRequestApproval(csr({}, { conditions: [{ ...approved, status: 'False' }] }), csr())).toHaveLength(1);
  });

  it('is issued by its status alone', () => {
    const issued = { certificate: base64('no certificate') };
    expect(fields(validateCertificateSigningRequestStatusUpdate(csr({}, issued), csr()))).toEqual(['status.certificate: must contain at least one CERTIFICATE PEM block']);
    expect(fields(validateCertificateSigningRequestUpdate(csr({}, issued), csr()))).toContain('status.certificate: updates may not set certificate content');
    expect(fields(validateCertificateSigningRequestStatusUpdate(csr({}, issued), csr({}, { certificate: base64('other') })))).toContain('status.certificate: updates may not modify existing certificate content');
  });
});

describe('its strategies', () => {
  const kind = createRegistry().lookup('certificates.k8s.io', 'v1', 'certificatesigningrequests');
  const context = { now: '2026-01-02T00:00:00Z', user: { name: 'jane', groups: ['developers'], extra: { a: ['b'] } } };

  it('write down who asks, whatever the client says', () => {
    const next = csr({ username: 'root', uid: '0', groups: ['system:masters'] }, { conditions: [approved] });
    kind?.strategy.prepareForCreate?.(next, context);
    expect(next).toEqual({ metadata: { name: 'a' }, spec: { ...spec, username: 'jane', groups: ['developers'], extra: { a: ['b'] } }, status: {} });
  });

  it('write down who asks for nothing', () => {
    const next = { metadata: { name: 'a' } } as CertificateSigningRequest;
    kind?.strategy.prepareForCreate?.(next, context);
    expect(next.spec).toMatchObject({ username: 'jane' });
    expect(validateCertificateSigningRequestCreate(next)).not.toEqual([]);
  });

  it('keep what is not theirs, and fill in times', () => {
    const stored = csr({}, { conditions: [{ ...approved, lastTransitionTime: '2026-01-01T00:00:00Z', lastUpdateTime: '2026-01-01T00:00:00Z' }] });
    const next = csr({ signerName: 'example.com/other' }, { certificate: 'x', conditions: [{ ...approved, reason: 'Changed' }, { type: 'Failed', status: 'True' }] });
    kind?.statusStrategy?.prepareForUpdate?.(next, stored, context);
    const failed = { type: 'Failed', status: 'True', lastUpdateTime: context.now, lastTransitionTime: context.now };
    expect(next).toEqual(csr({}, { certificate: 'x', conditions: [stored.status?.conditions?.[0], failed] }));

    const decided = csr({}, { certificate: 'x', conditions: [{ ...approved, reason: 'Again' }] });
    kind?.partStrategies['approval']?.prepareForUpdate?.(decided, stored, context);
    expect(decided.status).toEqual({ conditions: [{ ...approved, reason: 'Again', lastUpdateTime: context.now, lastTransitionTime: '2026-01-01T00:00:00Z' }] });
  });
});
