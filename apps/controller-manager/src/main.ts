import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { loadKubeconfig, loadTls, runMain } from '@typernetes/component';
import { parseDuration } from '@typernetes/machinery';
import type { ControllerManagerConfig } from './config';
import { startControllerManager } from './start';

interface Flags {
  kubeconfig: string;
  grpcServer?: string;
  bindAddress: string;
  securePort: string;
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  leaderElect: string | boolean;
  controllers: string;
  clusterCidr?: string;
  nodeCidrMaskSize: string;
  nodeMonitorGracePeriod: string;
  nodeMonitorPeriod: string;
  loadBalancerPool?: string;
  rootCaFile?: string;
  serviceAccountPrivateKeyFile?: string;
  clusterSigningCertFile?: string;
  clusterSigningKeyFile?: string;
  clusterSigningDuration: string;
  terminatedPodGcThreshold: string;
  concurrentRcSyncs: number;
  concurrentEndpointSyncs: number;
  concurrentServiceEndpointSyncs: number;
  mirroringConcurrentServiceEndpointSyncs: number;
  concurrentNamespaceSyncs: number;
  concurrentGcSyncs: number;
  concurrentServiceaccountTokenSyncs: number;
  concurrentJobSyncs: number;
  concurrentCronJobSyncs: number;
  concurrentTtlAfterFinishedSyncs: number;
  concurrentResourceQuotaSyncs: number;
}

function workersOf(flags: Flags): Record<string, number> {
  return {
    'replicationcontroller-controller': flags.concurrentRcSyncs,
    'endpoints-controller': flags.concurrentEndpointSyncs,
    'endpointslice-controller': flags.concurrentServiceEndpointSyncs,
    'endpointslice-mirroring-controller': flags.mirroringConcurrentServiceEndpointSyncs,
    'namespace-controller': flags.concurrentNamespaceSyncs,
    'garbage-collector-controller': flags.concurrentGcSyncs,
    'serviceaccount-token-controller': flags.concurrentServiceaccountTokenSyncs,
    'job-controller': flags.concurrentJobSyncs,
    'cronjob-controller': flags.concurrentCronJobSyncs,
    'ttl-after-finished-controller': flags.concurrentTtlAfterFinishedSyncs,
    'resourcequota-controller': flags.concurrentResourceQuotaSyncs,
  };
}

/** @throws Error when one of the two files is missing */
function clusterSigningOf({ clusterSigningCertFile: cert, clusterSigningKeyFile: key, clusterSigningDuration }: Flags): ControllerManagerConfig['clusterSigning'] {
  if (!cert && !key) return undefined;
  if (!cert || !key) throw new Error('--cluster-signing-cert-file and --cluster-signing-key-file must be given together');
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8'), durationMs: parseDuration(clusterSigningDuration) };
}

function workerCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a whole number greater than 0.');
  return count;
}

void runMain<Flags>({
  name: 'kube-controller-manager',
  description: 'Moves the cluster towards what its objects ask for.',
  flags: (command) =>
    command
      .requiredOption('--kubeconfig <file>', 'how to reach the apiserver, and as whom')
      .option('--grpc-server <host:port>', "the apiserver's gRPC door, when it is not port 6444 of the kubeconfig's server")
      .option('--bind-address <ip>', 'address to serve health and metrics on', '0.0.0.0')
      .option('--secure-port <port>', 'port to serve health and metrics on', '10257')
      .option('--tls-cert-file <file>', 'serving certificate; without one, plain HTTP is served')
      .option('--tls-private-key-file <file>', 'its key')
      .option('--leader-elect [bool]', 'take turns with other replicas', 'true')
      .option('--controllers <names>', "controllers to run: '*' for all, 'name' for one, '-name' to leave one out", '*')
      .option('--cluster-cidr <cidr>', 'range of the pod addresses')
      .option('--node-cidr-mask-size <bits>', "length of a node's range", '24')
      .option('--node-monitor-grace-period <duration>', 'how long a node may be silent', '40s')
      .option('--node-monitor-period <duration>', 'how often nodes are looked at', '5s')
      .option('--load-balancer-pool <range>', 'addresses for LoadBalancer Services: a CIDR or first-last')
      .option('--root-ca-file <file>', "authority of the apiserver's certificate, for kube-root-ca.crt and token secrets")
      .option('--service-account-private-key-file <file>', 'key that signs the tokens of token secrets')
      .option('--cluster-signing-cert-file <file>', 'authority that approved certificate requests are signed with; without one, none are signed')
      .option('--cluster-signing-key-file <file>', 'its key')
      .option('--cluster-signing-duration <duration>', 'how long such certificates are good at most', '8760h0m0s')
      .option('--terminated-pod-gc-threshold <count>', 'ended pods that are kept', '12500')
      .option('--concurrent-rc-syncs <count>', 'ReplicationControllers worked on at the same time', workerCount, 5)
      .option('--concurrent-endpoint-syncs <count>', 'Endpoints worked on at the same time', workerCount, 5)
      .option('--concurrent-service-endpoint-syncs <count>', 'Services whose EndpointSlices are worked on at the same time', workerCount, 5)
      .option('--mirroring-concurrent-service-endpoint-syncs <count>', 'Endpoints that are mirrored at the same time', workerCount, 5)
      .option('--concurrent-namespace-syncs <count>', 'namespaces emptied at the same time', workerCount, 10)
      .option('--concurrent-gc-syncs <count>', 'objects that the garbage collector works on at the same time', workerCount, 20)
      .option('--concurrent-job-syncs <count>', 'Jobs worked on at the same time', workerCount, 5)
      .option('--concurrent-cron-job-syncs <count>', 'CronJobs worked on at the same time', workerCount, 5)
      .option('--concurrent-ttl-after-finished-syncs <count>', 'ended Jobs looked at at the same time', workerCount, 5)
      .option('--concurrent-resource-quota-syncs <count>', 'ResourceQuotas counted at the same time', workerCount, 5)
      .option('--concurrent-serviceaccount-token-syncs <count>', 'token secrets worked on at the same time', workerCount, 5),
  start: (flags, { logger, clock }) => {
    const access = loadKubeconfig(flags.kubeconfig);
    const text = (file?: string): string | undefined => (file ? readFileSync(file, 'utf8') : undefined);
    return startControllerManager(
      {
        api: { ...access, grpcServer: flags.grpcServer ?? access.grpcServer },
        health: {
          host: flags.bindAddress,
          port: Number(flags.securePort),
          tls: flags.tlsCertFile ? loadTls({ certFile: flags.tlsCertFile, keyFile: flags.tlsPrivateKeyFile }) : undefined,
        },
        leaderElect: String(flags.leaderElect) !== 'false',
        controllers: flags.controllers.split(','),
        workers: workersOf(flags),
        clusterCidr: flags.clusterCidr,
        nodeCidrMaskSize: Number(flags.nodeCidrMaskSize),
        nodeMonitorGracePeriodMs: parseDuration(flags.nodeMonitorGracePeriod),
        nodeMonitorPeriodMs: parseDuration(flags.nodeMonitorPeriod),
        loadBalancerPool: flags.loadBalancerPool,
        rootCa: text(flags.rootCaFile),
        serviceAccountPrivateKey: text(flags.serviceAccountPrivateKeyFile),
        clusterSigning: clusterSigningOf(flags),
        terminatedPodGcThreshold: Number(flags.terminatedPodGcThreshold),
      },
      {
        logger,
        clock,
        onLost: (error) => {
          logger.fatal({ error }, 'leads no longer');
          process.exit(1);
        },
      },
    );
  },
});
