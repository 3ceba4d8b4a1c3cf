import type { ApiClient } from '@typernetes/client';
import type { ApiServerAccess, TlsMaterial } from '@typernetes/component';

export interface ControllerManagerConfig {
  /** The API by gRPC, or a client that is there already: one that shares this process. It is closed with the manager. */
  api: ApiServerAccess | ApiClient;
  /** Where /healthz and /metrics are served; absent: nowhere. */
  health?: { host: string; port: number; tls?: TlsMaterial };
  leaderElect: boolean;
  /** Names of controllers, `*` for all, `-name` to leave one out. */
  controllers: readonly string[];
  /** Keys that a controller works on at the same time, by its name; others have five. */
  workers: Readonly<Record<string, number>>;
  /** Range that nodes get their pod CIDRs from; absent: none are given. */
  clusterCidr?: string;
  /** Length of a node's pod CIDR. */
  nodeCidrMaskSize: number;
  /** A node that has not been heard of for this long is not ready. */
  nodeMonitorGracePeriodMs: number;
  nodeMonitorPeriodMs: number;
  /** Range for the addresses of LoadBalancer Services; absent: they stay pending. */
  loadBalancerPool?: string;
  /** PEM text that goes into kube-root-ca.crt and into token secrets. */
  rootCa?: string;
  /** PEM text of the key that signs the tokens of token secrets; absent: none are filled. */
  serviceAccountPrivateKey?: string;
  /** Authority that approved certificate requests are signed with, PEM texts, and how long certificates are good; absent: none are signed. */
  clusterSigning?: { cert: string; key: string; durationMs: number };
  /** Terminated pods are kept up to this number. */
  terminatedPodGcThreshold: number;
}
