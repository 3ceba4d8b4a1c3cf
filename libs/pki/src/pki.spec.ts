import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { writeClusterPki } from './cluster-pki';
import type { ClusterPkiOptions } from './cluster-pki';
import { standalonePki } from './standalone-pki';
import { editKubeconfigFile, mergeKubeconfig, removeFromKubeconfig } from './kubeconfig';

const dir = mkdtempSync(path.join(tmpdir(), 'pki-'));
afterAll(() => rmSync(dir, { recursive: true }));

const nowMs = Date.now();
const options: ClusterPkiOptions = {
  dir,
  nowMs,
  server: 'https://172.30.0.10:6443',
  adminServer: 'https://127.0.0.1:6443',
  apiserverHosts: ['172.30.0.10', '10.96.0.1', 'apiserver'],
  etcdHosts: ['etcd'],
  nodes: [{ name: 'worker-1', address: '172.30.1.1' }],
};
const file = (name: string): string => readFileSync(path.join(dir, name), 'utf8');

describe('cluster PKI', () => {
  beforeAll(() => writeClusterPki(options));

  test('certificates carry identity, hosts and issuer', () => {
    const ca = new X509Certificate(file('pki/ca.crt'));
    const apiserver = new X509Certificate(file('pki/apiserver.crt'));
    expect(apiserver.verify(ca.publicKey)).toBe(true);
    expect(apiserver.subjectAltName).toContain('IP Address:10.96.0.1');
    expect(apiserver.subjectAltName).toContain('DNS:kubernetes.default.svc');
    const kubelet = new X509Certificate(file('pki/kubelet-client-worker-1.crt'));
    expect(kubelet.subject).toBe('O=system:nodes\nCN=system:node:worker-1');
  });

  test('a TLS connection with a client certificate works', async () => {
    const server = createServer({ cert: file('pki/apiserver.crt'), key: file('pki/apiserver.key'), ca: file('pki/ca.crt'), requestCert: true, rejectUnauthorized: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      ca: file('pki/ca.crt'),
      cert: file('pki/admin.crt'),
      key: file('pki/admin.key'),
    });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    expect(socket.authorized).toBe(true);
    socket.destroy();
    server.close();
  });

  test('a second run changes nothing; more hosts and old age renew', () => {
    const before = file('pki/apiserver.crt');
    writeClusterPki(options);
    expect(file('pki/apiserver.crt')).toBe(before);
    writeClusterPki({ ...options, apiserverHosts: [...options.apiserverHosts, 'example.test'] });
    const wider = file('pki/apiserver.crt');
    expect(new X509Certificate(wider).subjectAltName).toContain('DNS:example.test');
    writeClusterPki({ ...options, nowMs: nowMs + 300 * 86_400_000 });
    expect(file('pki/apiserver.crt')).not.toBe(wider);
  });
});

describe('PKI of a control plane in one process', () => {
  const nowMsOfTest = Date.now();
  const hosts = ['127.0.0.1', 'localhost'];

  test('is read again as it was written; another host renews the server alone', () => {
    const own = path.join(dir, 'standalone');
    const first = standalonePki(own, hosts, nowMsOfTest);
    expect(standalonePki(own, hosts, nowMsOfTest)).toEqual(first);
    const wider = standalonePki(own, [...hosts, '10.0.0.1'], nowMsOfTest);
    expect(wider.server.cert).not.toBe(first.server.cert);
    expect({ ...wider, server: first.server }).toEqual(first);
    expect(new X509Certificate(wider.server.cert).publicKey.asymmetricKeyType).toBe('ec');
  });

  test('a TLS connection with its client certificate works', async () => {
    const { caCert: ca, server: own, admin } = standalonePki(path.join(dir, 'standalone-tls'), hosts, nowMsOfTest);
    const server = createServer({ ...own, ca, requestCert: true, rejectUnauthorized: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca, ...admin });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    expect(socket.authorized).toBe(true);
    socket.destroy();
    server.close();
  });
});

describe('kubeconfig', () => {
  const entry = { name: 't8s', server: 'https://127.0.0.1:6443', caCert: 'CA', client: { cert: 'C', key: 'K' } };
  const mine = '# mine\napiVersion: v1\nkind: Config\nclusters:\n  - name: work # keep\n    cluster: {server: https://work}\nusers: []\ncontexts: []\ncurrent-context: work\nextra: 1\n';

  test('merging twice is merging once, and the rest stays', () => {
    const once = mergeKubeconfig(mine, entry);
    expect(mergeKubeconfig(once, entry)).toBe(once);
    expect(once).toContain('# mine');
    expect(once).toContain('name: work # keep');
    expect(once).toContain('extra: 1');
    expect(once).toContain('current-context: t8s');
  });

  test('what was merged can be taken out', () => {
    const back = removeFromKubeconfig(mergeKubeconfig(mine, entry), 't8s');
    expect(back).not.toContain('t8s');
    expect(back).toContain('https://work');
  });

  test.each(['- a list', 'a: [', '"text"'])('a file that is no kubeconfig is refused: %s', (text) => {
    expect(() => mergeKubeconfig(text, entry)).toThrow('not a kubeconfig');
  });

  test('a locked file is not touched', () => {
    const config = path.join(dir, 'config');
    editKubeconfigFile(config, () => 'a: 1\n');
    writeFileSync(`${config}.lock`, '');
    expect(() => editKubeconfigFile(config, () => 'b: 1\n')).toThrow('locked');
    expect(readFileSync(config, 'utf8')).toBe('a: 1\n');
  });
});
