import type { Command } from 'commander';
import { builtInKinds, servedBy } from '@typernetes/api';
import { EnvironmentError, loadTls, type Logger, watchTls } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { configDefaults, type ApiserverConfig } from './config';

/** kube-apiserver's flags of the same names, as commander gives them. */
export interface Flags {
  etcdServers: string;
  etcdCafile?: string;
  etcdCertfile?: string;
  etcdKeyfile?: string;
  bindAddress: string;
  securePort: string;
  grpcPort: string;
  advertiseAddress?: string;
  clientCaFile?: string;
  tlsCertFile: string;
  tlsPrivateKeyFile: string;
  serviceAccountKeyFile: string[];
  serviceAccountSigningKeyFile?: string;
  serviceAccountIssuer: string;
  serviceClusterIpRange: string;
  serviceNodePortRange: string;
  kubeletClientCertificate?: string;
  kubeletClientKey?: string;
  kubeletCertificateAuthority?: string;
  authorizationMode: string;
  anonymousAuth: string;
  runtimeConfig: string[];
  proxyClientCertFile?: string;
  proxyClientKeyFile?: string;
  requestheaderClientCaFile?: string;
  requestheaderAllowedNames: string;
}

const collect = (value: string, before: string[]): string[] => [...before, value];

export function declareFlags(command: Command): void {
  command
    .requiredOption('--etcd-servers <urls>', 'etcd members, comma separated')
    .option('--etcd-cafile <file>', 'CA of etcd')
    .option('--etcd-certfile <file>', 'client certificate for etcd')
    .option('--etcd-keyfile <file>', 'its key')
    .option('--bind-address <ip>', 'address to listen on', configDefaults.bindAddress)
    .option('--secure-port <port>', 'HTTPS', String(configDefaults.securePort))
    .option('--grpc-port <port>', 'gRPC for components', String(configDefaults.grpcPort))
    .option('--advertise-address <ip>', 'where the kubernetes Service leads; default: the bind address')
    .option('--client-ca-file <file>', 'client certificates of these CAs identify users')
    .requiredOption('--tls-cert-file <file>', 'serving certificate')
    .requiredOption('--tls-private-key-file <file>', 'its key')
    .option('--service-account-key-file <file>', 'public (or private) key that verifies service account tokens; may be repeated', collect, [])
    .option('--service-account-signing-key-file <file>', 'private key that signs service account tokens')
    .option('--service-account-issuer <url>', 'issuer in service account tokens', configDefaults.serviceAccountIssuer)
    .option('--service-cluster-ip-range <cidr>', 'cluster IPs of Services', configDefaults.serviceClusterIpRange)
    .option('--service-node-port-range <first-last>', 'node ports of Services', configDefaults.serviceNodePortRange)
    .option('--kubelet-client-certificate <file>', 'client certificate for kubelets')
    .option('--kubelet-client-key <file>', 'its key')
    .option('--kubelet-certificate-authority <file>', 'CA of kubelets')
    .option('--authorization-mode <modes>', 'asked in this order: Node, RBAC, AlwaysAllow, AlwaysDeny', configDefaults.authorizationModes.join(','))
    .option('--runtime-config <key=value,...>', 'turns API versions on and off: api/all, api/ga, api/beta, api/alpha, group/version, group/version/resource; may be repeated', collect, [])
    .option('--proxy-client-cert-file <file>', 'client certificate for servers behind APIServices')
    .option('--proxy-client-key-file <file>', 'its key')
    .option('--requestheader-client-ca-file <file>', 'CA of that certificate: told to those servers, who believe its identity headers')
    .option('--requestheader-allowed-names <names>', 'common names of such certificates, comma separated; empty: any', '')
    .option('--anonymous-auth <boolean>', 'requests without credentials are system:anonymous', String(configDefaults.anonymousAuth));
}

function port(flag: string, value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65_535) throw new EnvironmentError(`${flag} ${value}: not a port`, 2);
  return number;
}

function read(flag: string, file: string): Buffer {
  const { cert } = loadTls({ certFile: file });
  if (!cert || cert.length === 0) throw new EnvironmentError(`${flag} ${file}: the file is empty`);
  return cert;
}

const knownModes: readonly string[] = ['Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny'];

function modes(text: string): string[] {
  const parts = text.split(',').filter(Boolean);
  const unknown = parts.find((mode) => !knownModes.includes(mode));
  if (unknown !== undefined) throw new EnvironmentError(`--authorization-mode: ${unknown} is not a valid mode`, 2);
  return parts;
}

/**
 * All `--runtime-config` of a command line in one.
 *
 * @throws EnvironmentError when the server would not know what is meant
 */
export function runtimeConfigOf(values: readonly string[]): string {
  const text = values.join(',');
  try {
    servedBy(text, builtInKinds);
  } catch (error) {
    throw new EnvironmentError(`--runtime-config: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
  return text;
}

/** Reads the files that the flags name. @throws EnvironmentError */
export function configOf(flags: Flags, { logger, clock }: { logger: Logger; clock: Clock }): ApiserverConfig {
  const etcd = loadTls({ caFile: flags.etcdCafile, certFile: flags.etcdCertfile, keyFile: flags.etcdKeyfile });
  const proxy = loadTls({ certFile: flags.proxyClientCertFile, keyFile: flags.proxyClientKeyFile });
  const kubelet = loadTls({ caFile: flags.kubeletCertificateAuthority, certFile: flags.kubeletClientCertificate, keyFile: flags.kubeletClientKey });
  return {
    etcdServers: flags.etcdServers.split(',').filter(Boolean),
    ...(etcd.ca ? { etcdTls: { ca: etcd.ca, ...(etcd.cert ? { cert: etcd.cert } : {}), ...(etcd.key ? { key: etcd.key } : {}) } } : {}),
    bindAddress: flags.bindAddress,
    securePort: port('--secure-port', flags.securePort),
    grpcPort: port('--grpc-port', flags.grpcPort),
    ...(flags.advertiseAddress ? { advertiseAddress: flags.advertiseAddress } : {}),
    tls: { cert: read('--tls-cert-file', flags.tlsCertFile), key: read('--tls-private-key-file', flags.tlsPrivateKeyFile) },
    watchTls: (changed) => watchTls({ caFile: flags.clientCaFile, certFile: flags.tlsCertFile, keyFile: flags.tlsPrivateKeyFile }, clock, changed),
    ...(flags.clientCaFile ? { clientCa: read('--client-ca-file', flags.clientCaFile) } : {}),
    serviceAccountKeys: flags.serviceAccountKeyFile.map((file) => read('--service-account-key-file', file)),
    ...(flags.serviceAccountSigningKeyFile ? { serviceAccountSigningKey: read('--service-account-signing-key-file', flags.serviceAccountSigningKeyFile) } : {}),
    serviceAccountIssuer: flags.serviceAccountIssuer,
    serviceClusterIpRange: flags.serviceClusterIpRange,
    serviceNodePortRange: flags.serviceNodePortRange,
    ...(kubelet.cert && kubelet.key ? { kubeletClient: { cert: kubelet.cert, key: kubelet.key } } : {}),
    ...(kubelet.ca ? { kubeletCa: kubelet.ca } : {}),
    ...(proxy.cert && proxy.key ? { proxyClient: { cert: proxy.cert, key: proxy.key } } : {}),
    ...(flags.requestheaderClientCaFile ? { requestHeader: { clientCa: read('--requestheader-client-ca-file', flags.requestheaderClientCaFile), allowedNames: flags.requestheaderAllowedNames.split(',').filter(Boolean) } } : {}),
    authorizationModes: modes(flags.authorizationMode),
    anonymousAuth: flags.anonymousAuth !== 'false',
    runtimeConfig: runtimeConfigOf(flags.runtimeConfig),
    logger,
    clock,
  };
}
