import type { Interceptor } from '@typernetes/app-apiserver';
import type { Logger } from '@typernetes/component';
import type { Clock, Random } from '@typernetes/machinery';
import type { Simulation } from './simulated-node/simulation';

/** Components that may be left out of the process, to be run from source beside it. */
export const replaceableComponents = ['scheduler', 'controller-manager'] as const;
export type ReplaceableComponent = (typeof replaceableComponents)[number];

export interface StandaloneConfig {
  /** Where the store is kept; absent: in memory, gone with the process. */
  readonly dataDirectory?: string;
  /** Where the certificates are kept, so that a kubeconfig stays good over restarts. */
  readonly pkiDirectory: string;
  readonly bindAddress: string;
  /** 0: any free port. */
  readonly port: number;
  /** For components that run beside this process. 0: any free port. */
  readonly grpcPort?: number;
  readonly serviceClusterIpRange: string;
  /** As kube-apiserver's `--runtime-config`. */
  readonly runtimeConfig?: string;
  /** Simulated nodes. */
  readonly nodes: number;
  /** What is left out, for somebody runs it beside this process. */
  readonly disabled?: readonly ReplaceableComponent[];
  /** Where the pods of simulated nodes keep volumes and logs; absent: a new temporary directory. */
  readonly nodesDirectory?: string;
  /** How nodes and containers behave; what annotations of pods say comes before it. Absent: nothing goes wrong. */
  readonly simulation?: Simulation;
  /** A logger for each component. */
  readonly loggerFor: (component: string) => Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Around every request. */
  readonly intercept?: Interceptor;
}

export const configDefaults = { bindAddress: '127.0.0.1', port: 6443, serviceClusterIpRange: '10.96.0.0/16', nodes: 1 } as const;
