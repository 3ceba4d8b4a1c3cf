import type { KubeletConfig } from '../../config';
import { durationText } from '../../pod/back-off';

/** What runs here, in the words of kubelet.config.k8s.io/v1beta1 KubeletConfiguration. */
export const configz = (config: KubeletConfig): object => ({
  address: config.address,
  port: config.port,
  tlsCertFile: config.tlsCertFile,
  tlsPrivateKeyFile: config.tlsPrivateKeyFile,
  authentication: { x509: { clientCAFile: config.clientCaFile }, webhook: { enabled: true }, anonymous: { enabled: false } },
  authorization: { mode: 'Webhook' },
  healthzPort: config.healthzPort,
  healthzBindAddress: '127.0.0.1',
  clusterDomain: config.clusterDomain,
  clusterDNS: config.clusterDns,
  maxPods: config.maxPods,
  resolvConf: config.resolvConf,
  containerRuntimeEndpoint: config.containerRuntimeEndpoint,
  containerLogMaxSize: String(config.containerLogMaxBytes),
  containerLogMaxFiles: config.containerLogMaxFiles,
  imageGCHighThresholdPercent: config.imageGcHighThresholdPercent,
  imageGCLowThresholdPercent: config.imageGcLowThresholdPercent,
  systemReserved: config.systemReserved,
  registerWithTaints: config.registerWithTaints,
  podLogsDir: config.podLogsDir,
  crashLoopBackOff: { maxContainerRestartPeriod: durationText(config.maxContainerRestartPeriodMs) },
});
