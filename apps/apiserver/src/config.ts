import type { Extensions } from './pipeline/extensions';
import type { ApiserverInternals } from './pipeline/internals';
import type { Interceptor } from './pipeline/interceptor';
import type { TlsFiles } from './tls-files';
import type { Cancel, Clock, Random } from '@typernetes/machinery';
import type { Logger, TlsMaterial } from '@typernetes/component';
import type { Storage } from '@typernetes/storage';

/** What kube-apiserver's flags of the same names say; see flags.ts. */
export interface ApiserverConfig {
  /** Instead of etcd. */
  readonly storage?: Storage;
  /** Stopping leaves the store open, for a server that comes after this one. */
  readonly keepsStorage?: boolean;
  /** Around every request (tests, simulations). */
  readonly intercept?: Interceptor;
  readonly etcdServers: readonly string[];
  readonly etcdTls?: { readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  readonly bindAddress: string;
  /** 0: any free port (tests). */
  readonly securePort: number;
  readonly grpcPort: number;
  /** Where the `kubernetes` Service leads; empty: bindAddress. */
  readonly advertiseAddress?: string;
  readonly tls: TlsFiles;
  /** Calls back when certificate, key or client CA were replaced, until cancelled. */
  readonly watchTls?: (changed: (material: TlsMaterial) => void) => Cancel;
  /** Client certificates of these CAs say who asks. */
  readonly clientCa?: Buffer;
  /** PEM keys: tokens are verified with all public ones, signed with the private one. */
  readonly serviceAccountKeys: readonly Buffer[];
  readonly serviceAccountSigningKey?: Buffer;
  readonly serviceAccountIssuer: string;
  readonly serviceClusterIpRange: string;
  readonly serviceNodePortRange: string;
  /** To kubelets: client certificate, and the CA of theirs. */
  readonly kubeletClient?: TlsFiles;
  readonly kubeletCa?: Buffer;
  /** By what servers behind APIServices know this one. */
  readonly proxyClient?: TlsFiles;
  /** Who may say for whom a request is, by headers: told to extension servers in kube-system/extension-apiserver-authentication. */
  readonly requestHeader?: { readonly clientCa: Buffer; readonly allowedNames: readonly string[] };
  /** `Node`, `RBAC`, `AlwaysAllow`, `AlwaysDeny`, asked in this order. */
  readonly authorizationModes: readonly string[];
  readonly anonymousAuth: boolean;
  /** Which versions are served beyond the stable ones, or not at all: `api/beta=true,batch/v1=false`. */
  readonly runtimeConfig?: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Instead of the standard lists of authenticators, authorisers, admission and handlers (tests). */
  readonly makeExtensions?: (internals: ApiserverInternals) => Extensions;
}

/** kube-apiserver's defaults. */
export const configDefaults = {
  bindAddress: '0.0.0.0',
  securePort: 6443,
  grpcPort: 6444,
  serviceAccountIssuer: 'https://kubernetes.default.svc.cluster.local',
  serviceClusterIpRange: '10.96.0.0/16',
  serviceNodePortRange: '30000-32767',
  authorizationModes: ['Node', 'RBAC'],
  anonymousAuth: true,
} as const;
