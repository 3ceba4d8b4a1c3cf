import { resources, type APIService, type APIServiceSpec, type Registry } from '@typernetes/api';
import { formatApiVersion, hasReason, type Cancel } from '@typernetes/machinery';
import type { ApiserverInternals } from '../pipeline/internals';
import { localPriority } from './priorities';

/** Upstream's label of APIServices that the server keeps: `onstart` once per start, `true` at all times. */
const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';

/** Anybody may take this group over with a server of theirs (metrics-server), so nothing brings ours back. */
const replaceableGroups: ReadonlySet<string> = new Set(['metrics.k8s.io']);

type Managed = 'onstart' | 'true' | undefined;

function localService(group: string, version: string, managed: Managed): APIService {
  const priority = localPriority(group, version);
  return {
    metadata: { name: `${version}.${group}`, ...(managed ? { labels: { [managedLabel]: managed } } : {}) },
    spec: { ...(group ? { group } : {}), version, groupPriorityMinimum: priority.group, versionPriority: priority.version },
  };
}

const sameSpec = (a: APIServiceSpec | undefined, b: APIServiceSpec | undefined): boolean =>
  !a?.service && a?.groupPriorityMinimum === b?.groupPriorityMinimum && a?.versionPriority === b?.versionPriority;

/** Keeps an APIService for every group and version that this server itself serves. */
export class LocalServices {
  private readonly builtIn: ReadonlySet<string>;
  private running: Promise<void> = Promise.resolve();
  private isWaiting = false;

  constructor(
    private readonly internals: ApiserverInternals,
    private readonly registry: Registry,
    private readonly onError: (error: unknown) => void,
  ) {
    this.builtIn = new Set(registry.groupVersions().map(formatApiVersion));
  }

  /** Creates those that there are none of, and mends those that were changed. */
  async ensure(): Promise<void> {
    await Promise.all(this.wanted().map((service) => this.put(service)));
  }

  /** Follows custom kinds as they come and go. */
  keep(): Cancel {
    const cancels = [
      this.registry.onChange(() => this.sync()),
      this.internals.objects.onChange(resources.apiServices, ({ type, object }) => {
        if (type !== 'ADDED' && object.metadata?.labels?.[managedLabel] === 'true') this.sync();
      }),
    ];
    this.sync();
    return () => cancels.forEach((cancel) => cancel());
  }

  private wanted(): APIService[] {
    const groupVersions = this.registry.groupVersions().filter(({ group }) => group !== 'apiregistration.k8s.io');
    return groupVersions.map(({ group, version }) => {
      const isCustom = !this.builtIn.has(formatApiVersion({ group, version }));
      return localService(group, version, replaceableGroups.has(group) ? undefined : isCustom ? 'true' : 'onstart');
    });
  }

  /** One round at a time; changes meanwhile make one more. */
  private sync(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.running = this.running.then(async () => {
      this.isWaiting = false;
      await this.syncCustom().catch(this.onError);
    });
  }

  private async syncCustom(): Promise<void> {
    const wanted = this.wanted().filter(({ metadata }) => metadata?.labels?.[managedLabel] === 'true');
    const names = new Set(wanted.map(({ metadata }) => metadata?.name));
    const { objects, client } = this.internals;
    const stale = objects.list(resources.apiServices).filter(({ metadata }) => metadata?.labels?.[managedLabel] === 'true' && !names.has(metadata.name));
    await Promise.all(wanted.map((service) => this.put(service)));
    await Promise.all(
      stale.map(({ metadata }) =>
        client.resource(resources.apiServices).delete(metadata?.name ?? '').catch((error: unknown) => {
          if (!hasReason(error, 'NotFound')) throw error;
        }),
      ),
    );
  }

  private async put(service: APIService): Promise<void> {
    const { objects, client } = this.internals;
    const services = client.resource(resources.apiServices);
    const stored = objects.get(resources.apiServices, service.metadata?.name ?? '');
    const managed = service.metadata?.labels?.[managedLabel];
    try {
      if (!stored) await services.create(service);
      // Without the label it is a user's.
      else if (managed && stored.metadata?.labels?.[managedLabel] === managed && !sameSpec(stored.spec, service.spec)) await services.update({ ...stored, spec: service.spec });
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists', 'Conflict')) throw error;
    }
  }
}
