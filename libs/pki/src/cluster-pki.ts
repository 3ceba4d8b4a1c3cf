import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CertificatePair, CertificateRequest } from './certificate';
import { createCertificateAuthority, isStillGood, issueCertificate } from './certificate';
import { keepOrWrite, writeServiceAccountKeys } from './certificate-files';
import { renderKubeconfig } from './kubeconfig';

export interface ClusterPkiOptions {
  /** Becomes /etc/kubernetes in the containers: `pki/` and the kubeconfigs go below it. */
  dir: string;
  nowMs: number;
  /** URL by which components reach the apiserver: `https://172.30.0.10:6443`. */
  server: string;
  /** URL by which the user does, when it is another: `https://127.0.0.1:6443`. */
  adminServer?: string;
  /** Names and addresses of the apiserver, with the first address of the service range. */
  apiserverHosts: readonly string[];
  etcdHosts: readonly string[];
  nodes: readonly { name: string; address: string }[];
}

const authorityDays = 3650;
const certificateDays = 365;

type Issue = Pick<CertificateRequest, 'commonName' | 'organizations' | 'hosts' | 'usages'>;

/** Names of the apiserver inside of the cluster. */
const serviceNames = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost', '127.0.0.1'];

/**
 * Writes the certificates and kubeconfigs of a cluster: see the table of identities in docs/architecture.md. What is
 * there and still good stays, so that a second run changes nothing and a running cluster keeps its identities.
 */
export function writeClusterPki(options: ClusterPkiOptions): { admin: CertificatePair; caCert: string } {
  const pki = path.join(options.dir, 'pki');
  mkdirSync(pki, { recursive: true, mode: 0o700 });
  const authority = keepOrWrite(pki, 'ca', () => createCertificateAuthority('kubernetes', options.nowMs, authorityDays));
  const issue = (name: string, request: Issue): CertificatePair => {
    const whole = { ...request, nowMs: options.nowMs, validForDays: certificateDays };
    return keepOrWrite(pki, name, () => issueCertificate(authority, whole), (cert) => isStillGood(cert, authority, whole));
  };
  const user = (name: string, commonName: string, organizations: string[] = [], server = options.server): CertificatePair => {
    const client = issue(name, { commonName, organizations, usages: ['client'] });
    const text = renderKubeconfig({ name: 't8s', server, caCert: authority.cert, client });
    writeFileSync(path.join(options.dir, `${name}.conf`), text, { mode: 0o600 });
    return client;
  };
  issue('etcd', { commonName: 'etcd', hosts: [...options.etcdHosts, 'localhost', '127.0.0.1'], usages: ['server', 'client'] });
  issue('apiserver', { commonName: 'kube-apiserver', hosts: [...options.apiserverHosts, ...serviceNames], usages: ['server'] });
  issue('apiserver-etcd-client', { commonName: 'kube-apiserver-etcd-client', usages: ['client'] });
  issue('apiserver-kubelet-client', { commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'], usages: ['client'] });
  issue('scheduler-serving', { commonName: 'kube-scheduler', hosts: ['localhost', '127.0.0.1'], usages: ['server'] });
  issue('controller-manager-serving', { commonName: 'kube-controller-manager', hosts: ['localhost', '127.0.0.1'], usages: ['server'] });
  writeServiceAccountKeys(pki);
  user('scheduler', 'system:kube-scheduler');
  user('controller-manager', 'system:kube-controller-manager');
  user('proxy', 'system:kube-proxy');
  for (const { name, address } of options.nodes) {
    issue(`kubelet-${name}`, { commonName: `system:node:${name}`, organizations: ['system:nodes'], hosts: [name, address], usages: ['server'] });
    user(`kubelet-client-${name}`, `system:node:${name}`, ['system:nodes']);
  }
  const admin = user('admin', 'kubernetes-admin', ['system:masters'], options.adminServer);
  return { admin, caCert: authority.cert };
}
