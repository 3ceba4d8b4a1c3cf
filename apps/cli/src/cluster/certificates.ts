import type { Clock } from '@typernetes/machinery';
import { access, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  createCertificateAuthority,
  generateRsaKeyPair,
  isStillGood,
  issueCertificate,
  renderKubeconfig,
  type CertificatePair,
  type CertificateRequest,
  type KeyPair,
} from '@typernetes/pki';
import { clusterIdentities, type Identity } from './identities';
import { stateDirectory } from './paths';
import { clusterAddresses, serverUrl, type ClusterSettings } from './settings';
import { writeWhole } from './write-file';

const exists = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

const authorityDays = 3650;
const certificateDays = 3650;

/** Reads a pair of files while it is good, else makes and writes it. */
async function ensurePair(file: string, make: (keys: KeyPair) => CertificatePair, isGood: (cert: string) => boolean): Promise<CertificatePair> {
  if ((await exists(`${file}.key`)) && (await exists(`${file}.crt`))) {
    const present = { cert: await readFile(`${file}.crt`, 'utf8'), key: await readFile(`${file}.key`, 'utf8') };
    if (isGood(present.cert)) return present;
  }
  const pair = make(await generateRsaKeyPair());
  await writeWhole(`${file}.crt`, pair.cert, 0o644);
  await writeWhole(`${file}.key`, pair.key, 0o600);
  return pair;
}

interface Authorities {
  ca: CertificatePair;
  'etcd-ca': CertificatePair;
  'front-proxy-ca': CertificatePair;
}

function requestOf(identity: Identity, nowMs: number): CertificateRequest {
  return {
    commonName: identity.commonName,
    organizations: identity.organization ? [identity.organization] : [],
    hosts: identity.names ?? [],
    usages: identity.names ? ['client', 'server'] : ['client'],
    nowMs,
    validForDays: certificateDays,
  };
}

async function writeIdentity(settings: ClusterSettings, authorities: Authorities, identity: Identity, nowMs: number): Promise<void> {
  const directory = path.join(stateDirectory(settings.name), identity.component);
  const authority = authorities[identity.authority];
  const request = requestOf(identity, nowMs);
  const file = path.join(directory, 'pki', identity.file);
  const client = await ensurePair(file, (keys) => issueCertificate(authority, request, keys), (cert) => isStillGood(cert, authority, request));
  await writeWhole(path.join(directory, 'pki', `${identity.authority}.crt`), authority.cert, 0o644);
  if (!identity.kubeconfig) return;
  // The administrator calls from the host, components from within the node network.
  const server = identity.component === 'admin' ? serverUrl(settings) : `https://${clusterAddresses(settings).apiserver}:6443`;
  const text = renderKubeconfig({ name: settings.name, server, caCert: authority.cert, client });
  await writeWhole(path.join(directory, `${identity.kubeconfig}.conf`), text, 0o600);
}

/** The key pair that signs service-account tokens: the apiserver signs and checks, the controller-manager signs. */
async function writeServiceAccountKeys(root: string): Promise<void> {
  const file = path.join(root, 'authorities/sa');
  if (!(await exists(`${file}.key`))) {
    const { privateKey, publicKey } = await generateRsaKeyPair();
    await writeWhole(`${file}.pub`, publicKey, 0o644);
    await writeWhole(`${file}.key`, privateKey, 0o600);
  }
  const [pub, key] = await Promise.all([readFile(`${file}.pub`, 'utf8'), readFile(`${file}.key`, 'utf8')]);
  await writeWhole(path.join(root, 'apiserver/pki/sa.pub'), pub, 0o644);
  await writeWhole(path.join(root, 'apiserver/pki/sa.key'), key, 0o600);
  await writeWhole(path.join(root, 'controller-manager/pki/sa.key'), key, 0o600);
}

/** Makes every certificate, key and kubeconfig of the cluster that does not exist yet or ends soon. */
export async function ensureCertificates(settings: ClusterSettings, clock: Clock): Promise<void> {
  const root = stateDirectory(settings.name);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const nowMs = clock.now();
  const authority = (name: string, commonName: string): Promise<CertificatePair> =>
    ensurePair(path.join(root, 'authorities', name), (keys) => createCertificateAuthority(commonName, nowMs, authorityDays, keys), () => true);
  // etcd has an authority of its own: whoever has a certificate of the cluster must not get at the store by it.
  // So has what tells servers behind APIServices who asks: any other certificate could claim to be anybody there.
  const [ca, etcdCa, frontProxyCa] = await Promise.all([authority('ca', 'kubernetes'), authority('etcd-ca', 'etcd-ca'), authority('front-proxy-ca', 'front-proxy-ca'), writeServiceAccountKeys(root)]);
  const authorities = { ca, 'etcd-ca': etcdCa, 'front-proxy-ca': frontProxyCa };
  // It signs the certificates that nodes and users ask for.
  await writeWhole(path.join(root, 'controller-manager/pki/ca.key'), ca.key, 0o600);
  await Promise.all(clusterIdentities(settings).map((identity) => writeIdentity(settings, authorities, identity, nowMs)));
}
