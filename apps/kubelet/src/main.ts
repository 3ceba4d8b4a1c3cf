import { hostname } from 'node:os';
import type { Command } from 'commander';
import { resources } from '@typernetes/api';
import { InformerFactory, createGrpcClient } from '@typernetes/client';
import { loadKubeconfig, runMain, stopAll } from '@typernetes/component';
import { systemRandom } from '@typernetes/machinery';
import { quantityToNumber } from '@typernetes/machinery';
import { defaultConfig } from './config';
import type { KubeletConfig } from './config';
import { parseThresholds } from './eviction/thresholds';
import { parseMap, parseRestartPeriod, parseTaints } from './flags';
import { startKubelet } from './start';

interface Flags {
  kubeconfig: string;
  grpcServer?: string;
  hostnameOverride: string;
  nodeIp: string;
  containerRuntimeEndpoint: string;
  clusterDns: string;
  clusterDomain: string;
  rootDir: string;
  podLogsDir: string;
  registerWithTaints: string;
  nodeLabels: string;
  maxPods: string;
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  clientCaFile?: string;
  address: string;
  port: string;
  healthzPort: string;
  resolvConf: string;
  containerLogMaxSize: string;
  containerLogMaxFiles: string;
  imageGcHighThreshold: string;
  imageGcLowThreshold: string;
  systemReserved: string;
  evictionHard: string;
  evictionPressureTransitionPeriod: string;
  podManifestPath: string;
  allowedUnsafeSysctls: string;
  maxContainerRestartPeriod: string;
}

function flags(command: Command): void {
  const base = defaultConfig;
  command
    .requiredOption('--kubeconfig <file>', 'how to reach the apiserver, and as whom')
    .option('--grpc-server <host:port>', "the apiserver's gRPC door, when it is not at port 6444 of the kubeconfig's server")
    .option('--hostname-override <name>', 'name of the Node', hostname())
    .option('--node-ip <address>', "the node's address; default: the first that is not loopback", base.nodeIP)
    .option('--container-runtime-endpoint <url>', 'unix socket of the container runtime (CRI)', base.containerRuntimeEndpoint)
    .option('--cluster-dns <addresses>', 'name servers of pods with dnsPolicy ClusterFirst, by comma', '')
    .option('--cluster-domain <domain>', "the cluster's domain", base.clusterDomain)
    .option('--root-dir <dir>', 'directory of volumes and other state of pods', base.rootDir)
    .option('--pod-logs-dir <dir>', "directory of containers' logs", base.podLogsDir)
    .option('--register-with-taints <taints>', 'taints of the Node when it is created: key=value:effect, by comma', '')
    .option('--node-labels <labels>', 'labels of the Node: key=value, by comma', '')
    .option('--max-pods <number>', 'how many pods may run here', String(base.maxPods))
    .option('--tls-cert-file <file>', 'certificate of port 10250; without one the server is off')
    .option('--tls-private-key-file <file>', 'its key')
    .option('--client-ca-file <file>', 'whose certificates callers of port 10250 must show')
    .option('--address <address>', 'where port 10250 listens', base.address)
    .option('--port <port>', 'for the apiserver: logs, exec, attach, port-forward, stats', String(base.port))
    .option('--healthz-port <port>', 'health on loopback; 0 for none', String(base.healthzPort))
    .option('--resolv-conf <file>', 'resolver of the node, and of pods with dnsPolicy Default', base.resolvConf)
    .option('--container-log-max-size <quantity>', 'a log that is longer is rotated', '10Mi')
    .option('--container-log-max-files <number>', 'files kept per container', String(base.containerLogMaxFiles))
    .option('--image-gc-high-threshold <percent>', 'images are removed when the disk is fuller than this', String(base.imageGcHighThresholdPercent))
    .option('--image-gc-low-threshold <percent>', 'and until it is less full than this', String(base.imageGcLowThresholdPercent))
    .option('--system-reserved <resources>', 'kept out of allocatable: cpu=200m,memory=500Mi', '')
    .option('--eviction-hard <thresholds>', 'below these the node ends pods: memory.available<100Mi,nodefs.available<10%', '')
    .option('--eviction-pressure-transition-period <seconds>', 'a condition of pressure stays at least this long', String(base.evictionPressureTransitionMs / 1_000))
    .option('--pod-manifest-path <dir>', 'directory of manifests of static pods, which run without the API', base.staticPodPath)
    .option('--allowed-unsafe-sysctls <names>', 'kernel parameters that pods may set beyond the safe ones, by comma; a name may end in *', '')
    .option('--max-container-restart-period <seconds>', 'the longest pause before a container that fails is started again, 1 to 300', String(base.maxContainerRestartPeriodMs / 1_000));
}

const list = (text: string): string[] => text.split(',').map((part) => part.trim()).filter(Boolean);

function configOf(given: Flags): KubeletConfig {
  return {
    nodeName: given.hostnameOverride.trim().toLowerCase(),
    nodeIP: given.nodeIp,
    containerRuntimeEndpoint: given.containerRuntimeEndpoint,
    clusterDns: list(given.clusterDns),
    clusterDomain: given.clusterDomain,
    rootDir: given.rootDir,
    podLogsDir: given.podLogsDir,
    registerWithTaints: parseTaints(given.registerWithTaints),
    nodeLabels: parseMap(given.nodeLabels),
    maxPods: Number(given.maxPods),
    tlsCertFile: given.tlsCertFile,
    tlsPrivateKeyFile: given.tlsPrivateKeyFile,
    clientCaFile: given.clientCaFile,
    address: given.address,
    port: Number(given.port),
    healthzPort: Number(given.healthzPort),
    resolvConf: given.resolvConf,
    containerLogMaxBytes: quantityToNumber(given.containerLogMaxSize, 'one'),
    containerLogMaxFiles: Math.max(2, Number(given.containerLogMaxFiles)),
    imageGcHighThresholdPercent: Number(given.imageGcHighThreshold),
    imageGcLowThresholdPercent: Number(given.imageGcLowThreshold),
    systemReserved: parseMap(given.systemReserved),
    evictionHard: given.evictionHard ? parseThresholds(given.evictionHard) : defaultConfig.evictionHard,
    evictionPressureTransitionMs: Number(given.evictionPressureTransitionPeriod) * 1_000,
    staticPodPath: given.podManifestPath,
    allowedUnsafeSysctls: list(given.allowedUnsafeSysctls),
    maxContainerRestartPeriodMs: parseRestartPeriod(given.maxContainerRestartPeriod),
  };
}

void runMain<Flags>({
  name: 'kubelet',
  description: 'Makes a node run its pods.',
  flags,
  async start(given, { logger, clock }) {
    const config = configOf(given);
    const kubeconfig = loadKubeconfig(given.kubeconfig);
    const access = { ...kubeconfig, grpcServer: given.grpcServer ?? kubeconfig.grpcServer };
    const client = createGrpcClient({ access, userAgent: 'kubelet', clock });
    const informers = new InformerFactory({ client, clock, random: systemRandom, logger });
    const sources = {
      pods: informers.informer(resources.pods, { fieldSelector: `spec.nodeName=${config.nodeName}` }),
      services: informers.informer(resources.services),
      node: informers.informer(resources.nodes, { fieldSelector: `metadata.name=${config.nodeName}` }),
    };
    const abort = new AbortController();
    const running = await startKubelet(config, { client, sources, logger, clock });
    informers.start(abort.signal);
    const rest = {
      stop: async () => {
        abort.abort(new Error('stopping'));
        client.close();
      },
    };
    return stopAll([running, rest]);
  },
});
