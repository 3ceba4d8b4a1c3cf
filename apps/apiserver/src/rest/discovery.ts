import type { CustomSubresource, KindDefinition, Registry, Verb } from '@typernetes/api';
import { formatApiVersion } from '@typernetes/machinery';

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

/** `/api`: meta/v1 APIVersions. */
export const coreVersions = (registry: Registry): unknown => ({
  kind: 'APIVersions',
  apiVersion: 'v1',
  versions: registry.groups().find(({ group }) => group === '')?.versions ?? [],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
});

const groupVersion = (group: string, version: string): { groupVersion: string; version: string } => ({ groupVersion: formatApiVersion({ group, version }), version });

/** `/apis/<group>`: meta/v1 APIGroup. */
export function apiGroup(registry: Registry, name: string): Record<string, unknown> | undefined {
  const found = registry.groups().find(({ group }) => group === name && group !== '');
  if (!found) return undefined;
  const versions = found.versions.map((version) => groupVersion(name, version));
  return { kind: 'APIGroup', apiVersion: 'v1', name, versions, preferredVersion: versions[0] };
}

/** `/apis`: meta/v1 APIGroupList. */
export const apiGroupList = (registry: Registry): unknown => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: registry
    .groups()
    .filter(({ group }) => group !== '')
    .map(({ group }) => ({ ...apiGroup(registry, group), kind: undefined, apiVersion: undefined })),
});

/** apidiscovery.k8s.io/v2: everything in two answers (KEP-3352). */
export function aggregatedDiscovery(registry: Registry, isCore: boolean): unknown {
  const items = registry
    .groups()
    .filter(({ group }) => (group === '') === isCore)
    .map(({ group, versions }) => ({
      metadata: { ...(group ? { name: group } : {}), creationTimestamp: null },
      versions: versions.map((version) => ({ version, resources: registry.kindsOf(group, version).map(discoveredResource), freshness: 'Current' })),
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
