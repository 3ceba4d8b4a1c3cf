import { compareVersions, type CustomSubresource, type KindDefinition, type Registry, type Verb } from '@typernetes/api';
import { formatApiVersion } from '@typernetes/machinery';
import type { RemoteVersion } from '../aggregation/aggregator';
import { localPriority } from '../aggregation/priorities';

/** meta/v1 APIResource. */
interface ApiResource {
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: readonly Verb[];
  shortNames?: readonly string[];
  categories?: readonly string[];
}

const genericVerbs: readonly Verb[] = ['get', 'patch', 'update'];

function resourceOf(kind: KindDefinition): ApiResource {
  return {
    name: kind.resource,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
  };
}

function subresourceOf(kind: KindDefinition, { name, verbs, ...of }: CustomSubresource): ApiResource {
  const isForeign = of.group !== kind.group || of.version !== kind.version;
  return {
    name: `${kind.resource}/${name}`,
    singularName: '',
    namespaced: kind.namespaced,
    ...(isForeign ? { group: of.group, version: of.version } : {}),
    kind: of.kind,
    verbs,
  };
}

function subresourcesOf(kind: KindDefinition): CustomSubresource[] {
  const { group, version } = kind;
  return [
    ...kind.subresources,
    ...Object.keys(kind.partStrategies).map((name) => ({ name, group, version, kind: kind.kind, verbs: genericVerbs })),
    ...(kind.scale ? [{ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: genericVerbs }] : []),
    ...(kind.statusStrategy ? [{ name: 'status', group, version, kind: kind.kind, verbs: genericVerbs }] : []),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `/api/v1` and `/apis/<group>/<version>`: meta/v1 APIResourceList; undefined when there is no such version. */
export function resourceList(registry: Registry, group: string, version: string): unknown {
  const kinds = registry.kindsOf(group, version);
  if (kinds.length === 0) return undefined;
  const resources = kinds.flatMap((kind) => [resourceOf(kind), ...subresourcesOf(kind).map((subresource) => subresourceOf(kind, subresource))]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: formatApiVersion({ group, version }), resources };
}

/** One version of a group, and the other server that serves it, if one does. */
interface ServedVersion {
  readonly version: string;
  readonly remote?: RemoteVersion;
}

interface ServedGroup {
  readonly group: string;
  /** The preferred one first. */
  readonly versions: readonly ServedVersion[];
}

/** Groups of this server and of others, by priority; a version that another server is said to serve is that server's. */
function servedGroups(registry: Registry, remotes: readonly RemoteVersion[]): ServedGroup[] {
  const local = registry.groupVersions().filter(({ group, version }) => !remotes.some((remote) => remote.group === group && remote.version === version));
  const all = [
    ...local.map(({ group, version }) => ({ group, version, priority: localPriority(group, version), remote: undefined })),
    ...remotes.map((remote) => ({ group: remote.group, version: remote.version, priority: { group: remote.groupPriority, version: remote.versionPriority }, remote })),
  ];
  const groups = [...new Set(all.map(({ group }) => group))].map((group) => {
    const versions = all.filter((each) => each.group === group).sort((a, b) => b.priority.version - a.priority.version || compareVersions(a.version, b.version));
    return { group, priority: Math.max(...versions.map(({ priority }) => priority.group)), versions: versions.map(({ version, remote }) => ({ version, ...(remote ? { remote } : {}) })) };
  });
  return groups.sort((a, b) => b.priority - a.priority || (a.group < b.group ? -1 : 1));
}

/** `/api`: meta/v1 APIVersions. */
export const coreVersions = (registry: Registry): unknown => ({
  kind: 'APIVersions',
  apiVersion: 'v1',
  versions: registry.groups().find(({ group }) => group === '')?.versions ?? [],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
});

const groupVersion = (group: string, version: string): { groupVersion: string; version: string } => ({ groupVersion: formatApiVersion({ group, version }), version });

/** `/apis/<group>`: meta/v1 APIGroup. */
export function apiGroup(registry: Registry, name: string, remotes: readonly RemoteVersion[] = []): Record<string, unknown> | undefined {
  const found = servedGroups(registry, remotes).find(({ group }) => group === name && group !== '');
  return found && groupDocument(found);
}

function groupDocument({ group: name, versions: served }: ServedGroup): Record<string, unknown> {
  const versions = served.map(({ version }) => groupVersion(name, version));
  return { kind: 'APIGroup', apiVersion: 'v1', name, versions, preferredVersion: versions[0] };
}

/** `/apis`: meta/v1 APIGroupList. */
export const apiGroupList = (registry: Registry, remotes: readonly RemoteVersion[] = []): unknown => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: servedGroups(registry, remotes)
    .filter(({ group }) => group !== '')
    .map((group) => ({ ...groupDocument(group), kind: undefined, apiVersion: undefined })),
});

/** apidiscovery.k8s.io/v2: everything in two answers (KEP-3352). */
export function aggregatedDiscovery(registry: Registry, isCore: boolean, remotes: readonly RemoteVersion[] = []): unknown {
  const versionDocument = (group: string, { version, remote }: ServedVersion): object =>
    remote
      ? { version, ...(remote.resources.length > 0 ? { resources: remote.resources } : {}), freshness: remote.isAvailable ? 'Current' : 'Stale' }
      : { version, resources: registry.kindsOf(group, version).map(discoveredResource), freshness: 'Current' };
  const items = servedGroups(registry, remotes)
    .filter(({ group }) => (group === '') === isCore)
    .map(({ group, versions }) => ({
      metadata: { ...(group ? { name: group } : {}), creationTimestamp: null },
      versions: versions.map((version) => versionDocument(group, version)),
    }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

/** Group and version are empty where they are those of the list that the resource stands in. */
const responseKind = (parent: KindDefinition, { group, version, kind }: { group: string; version: string; kind: string }): object =>
  group === parent.group && version === parent.version ? { group: '', version: '', kind } : { group, version, kind };

function discoveredResource(kind: KindDefinition): unknown {
  const subresources = subresourcesOf(kind).map((subresource) => ({
    subresource: subresource.name,
    responseKind: responseKind(kind, subresource),
    verbs: subresource.verbs,
  }));
  return {
    resource: kind.resource,
    responseKind: responseKind(kind, kind),
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}
