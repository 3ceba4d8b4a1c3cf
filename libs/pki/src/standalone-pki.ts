import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CertificatePair } from './certificate';
import { createCertificateAuthority, isStillGood, issueCertificate, newP256KeyPair } from './certificate';
import { keepOrWrite, writeServiceAccountKeys } from './certificate-files';

/** What a control plane in one process needs: one server, one user. */
export interface StandalonePki {
  readonly caCert: string;
  readonly caKey: string;
  readonly server: CertificatePair;
  readonly admin: CertificatePair;
  /** By what servers behind APIServices know the apiserver; its common name is `frontProxyName`. */
  readonly frontProxy: CertificatePair;
  readonly serviceAccountPrivateKey: string;
  readonly serviceAccountPublicKey: string;
}

/** The one name whose certificate may say for whom a request is. */
export const frontProxyName = 'front-proxy-client';

const authorityDays = 3650;
const certificateDays = 365;

/**
 * Reads the certificates of a control plane in one process, or makes what is missing or no longer good. All keys but the
 * authority's are of P-256: they are made while the user waits.
 */
export function standalonePki(dir: string, hosts: readonly string[], nowMs: number): StandalonePki {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const authority = keepOrWrite(dir, 'ca', () => createCertificateAuthority('kubernetes', nowMs, authorityDays));
  const issue = (name: string, request: Pick<Parameters<typeof issueCertificate>[1], 'commonName' | 'organizations' | 'hosts' | 'usages'>): CertificatePair => {
    const whole = { ...request, nowMs, validForDays: certificateDays };
    return keepOrWrite(dir, name, () => issueCertificate(authority, whole, newP256KeyPair()), (cert) => isStillGood(cert, authority, whole));
  };
  const server = issue('apiserver', { commonName: 'kube-apiserver', hosts, usages: ['server', 'client'] });
  const admin = issue('admin', { commonName: 'kubernetes-admin', organizations: ['system:masters'], usages: ['client'] });
  // An authority of its own would be as good for one user, and make everybody wait for its key.
  const frontProxy = issue('front-proxy-client', { commonName: frontProxyName, usages: ['client'] });
  writeServiceAccountKeys(dir, newP256KeyPair);
  const read = (name: string): string => readFileSync(path.join(dir, name), 'utf8');
  return { caCert: authority.cert, caKey: authority.key, server, admin, frontProxy, serviceAccountPrivateKey: read('sa.key'), serviceAccountPublicKey: read('sa.pub') };
}
