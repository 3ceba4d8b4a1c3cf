import { overlap } from '../cluster/cidr';
import type { ClusterSettings } from '../cluster/settings';
import { Problem } from '../problem';
import { routeInTheWay, type Route } from './routes';

const gibibyte = 2 ** 30;
const inGibibytes = (bytes: number): string => (bytes / gibibyte).toFixed(1);
/** The control plane with etcd, and one worker with its Docker; measured, with room for a few pods. */
const memoryOf = (workers: number): number => 0.7 * gibibyte + workers * 0.4 * gibibyte;
/** Our images take 1 GiB, the images of each node and etcd the rest. */
const diskBytesMin = 4 * gibibyte;
/** Each node's daemons and kubelet use about 30. */
const inotifyInstancesMin = 128;
/** A kubelet that follows many files fails with this as "no space left on device". */
const inotifyWatchesMin = 8_192;

/** What is known of the machine before a cluster is made; a figure that cannot be read is absent. */
export interface HostFacts {
  memoryBytes: number;
  freeDiskBytes: number;
  /** Where those bytes are. */
  diskPath: string;
  inotifyInstances?: number | undefined;
  inotifyWatches?: number | undefined;
  networks: readonly { name: string; subnets: readonly string[] }[];
  routes: readonly Route[];
}

type Trap = (facts: HostFacts, settings: ClusterSettings) => Problem | undefined;

const tooLittleMemory: Trap = ({ memoryBytes }, { workers }) =>
  memoryBytes < memoryOf(workers)
    ? new Problem(
        `Docker has ${inGibibytes(memoryBytes)} GiB of memory; ${workers} ${workers === 1 ? 'worker needs' : 'workers need'} ${inGibibytes(memoryOf(workers))} GiB.`,
        'Give Docker more memory (in Docker Desktop: Settings, Resources) or ask for fewer --workers.',
      )
    : undefined;

const tooLittleDisk: Trap = ({ freeDiskBytes, diskPath }) =>
  freeDiskBytes < diskBytesMin
    ? new Problem(`Only ${inGibibytes(freeDiskBytes)} GiB of disk are free at ${diskPath}; ${inGibibytes(diskBytesMin)} GiB are needed.`, 'Make room, for example by docker system prune.')
    : undefined;

const lowInotifyLimits: Trap = ({ inotifyInstances = Infinity, inotifyWatches = Infinity }) => {
  if (inotifyInstances < inotifyInstancesMin) {
    return new Problem(`The inotify limit of this host, ${inotifyInstances} instances, is too low for several nodes.`, 'Raise it: sudo sysctl fs.inotify.max_user_instances=512');
  }
  if (inotifyWatches < inotifyWatchesMin) {
    return new Problem(`The inotify limit of this host, ${inotifyWatches} watches, is too low for several nodes.`, 'Raise it: sudo sysctl fs.inotify.max_user_watches=524288');
  }
  return undefined;
};

const networkInTheWay: Trap = ({ networks }, { nodeCidr }) => {
  const taken = networks.find(({ subnets }) => subnets.some((subnet) => !subnet.includes(':') && overlap(subnet, nodeCidr)));
  return taken && new Problem(`The Docker network "${taken.name}" uses addresses of ${nodeCidr}.`, 'Remove it, or give another range: --node-cidr 172.29.0.0/16');
};

const hostRouteInTheWay: Trap = ({ routes }, { nodeCidr, podCidr, serviceCidr }) => {
  for (const [flag, range] of [['--node-cidr', nodeCidr], ['--pod-cidr', podCidr], ['--service-cidr', serviceCidr]] as const) {
    const route = routeInTheWay(range, routes);
    if (route) return new Problem(`A route of this host (${route.cidr} by ${route.device}, perhaps a VPN) uses addresses of ${range}.`, `Give another range with ${flag}.`);
  }
  return undefined;
};

/** The usual traps, the most telling first. */
const traps: readonly Trap[] = [tooLittleMemory, tooLittleDisk, lowInotifyLimits, networkInTheWay, hostRouteInTheWay];

/** The first trap that this machine holds for such a cluster. */
export function findTrap(facts: HostFacts, settings: ClusterSettings): Problem | undefined {
  for (const trap of traps) {
    const problem = trap(facts, settings);
    if (problem) return problem;
  }
  return undefined;
}
