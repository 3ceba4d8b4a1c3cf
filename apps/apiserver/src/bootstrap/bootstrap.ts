import { resources } from '@typernetes/api';
import { systemClock } from '@typernetes/machinery';
import type { ApiserverConfig } from '../config';
import type { ApiserverInternals } from '../pipeline/internals';
import { parseIpRange } from '../service/ip-range';
import { advertisedAddress, hostAddresses } from './advertise-address';
import { ensureAuthenticationConfig } from './authentication-config';
import { ensureDefaultServiceCidr } from './default-service-cidr';
import { ensureDefaultStorageClass } from './default-storage-class';
import { ensure } from './ensure';
import { makeFlowControlKeeper } from './flow-control';
import { ensureKubernetesService, reconcileEndpoints } from './kubernetes-service';
import { ensureLegacyTokenTracking } from './legacy-token-tracking';
import { ensurePriorityClasses } from './priority-classes';
import { ensureRbac } from './rbac/ensure-rbac';

export const systemNamespaces: readonly string[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** The `kubernetes` endpoints and ServiceCIDR are looked at this often (upstream's interval). */
const kubernetesPeriodMs = 10_000;

export interface Bootstrap {
  /** Creates what every cluster has; then, until the signal, keeps the `kubernetes` endpoints and ServiceCIDR right. */
  run(signal: AbortSignal, ports: { readonly securePort: number }): Promise<void>;
  /** Whether the default roles are there. */
  readonly hasRoles: boolean;
}

/** What the apiserver itself puts into the store. Namespaces first: everything else lives in them. */
export function makeBootstrap(config: ApiserverConfig, internals: ApiserverInternals): Bootstrap {
  let hasRoles = false;
  const flowControl = makeFlowControlKeeper(internals, config.clock ?? systemClock, (error) => config.logger.error({ err: error }, 'flow control objects not updated'));
  return {
    get hasRoles() {
      return hasRoles;
    },
    run: async (signal, { securePort }) => {
      await ensureDefaultStorageClass(internals);
      await Promise.all(systemNamespaces.map((name) => ensure(internals, resources.namespaces, { metadata: { name } })));
      await Promise.all([
        ensurePriorityClasses(internals),
        flowControl.ensure(),
        ensureLegacyTokenTracking(internals, config.clock ?? systemClock),
        ensureRbac(internals).then(() => (hasRoles = true)),
        keepServiceCidr(config, internals, signal),
        ensureKubernetesService(internals, { clusterIP: parseIpRange(config.serviceClusterIpRange).address(1), securePort }),
        config.clientCa || config.requestHeader ? ensureAuthenticationConfig(internals, config) : undefined,
      ]);
      flowControl.keep(signal);
      await keepEndpoints(config, internals, { signal, securePort });
    },
  };
}

async function keepEndpoints(config: ApiserverConfig, internals: ApiserverInternals, { signal, securePort }: { signal: AbortSignal; securePort: number }): Promise<void> {
  const { clock = systemClock, logger } = config;
  const once = async (): Promise<void> => {
    const address = advertisedAddress(config, hostAddresses());
    if (address) await reconcileEndpoints(internals, { address, port: securePort });
  };
  await once();
  const cancel = clock.every(kubernetesPeriodMs, () => void once().catch((error: unknown) => logger.error({ err: error }, 'kubernetes endpoints not updated')));
  signal.addEventListener('abort', cancel, { once: true });
}

async function keepServiceCidr(config: ApiserverConfig, internals: ApiserverInternals, signal: AbortSignal): Promise<void> {
  const { clock = systemClock, logger, serviceClusterIpRange: range } = config;
  let isTold = false;
  const onDifference = (stored: readonly string[]): void => {
    if (!isTold) logger.warn({ stored, range }, 'the default ServiceCIDR does not match --service-cluster-ip-range and stays as it is');
    isTold = true;
  };
  const once = (): Promise<void> => ensureDefaultServiceCidr(internals, { range, clock, onDifference });
  await once();
  const cancel = clock.every(kubernetesPeriodMs, () => void once().catch((error: unknown) => logger.error({ err: error }, 'the default ServiceCIDR not updated')));
  signal.addEventListener('abort', cancel, { once: true });
}
