/** What an extension server says that it serves, as the aggregated discovery of this server shows it. */

interface LegacyResource {
  readonly name: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** apidiscovery.k8s.io/v2 APIResourceDiscovery, as far as it is looked at here. */
export interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly scope: 'Cluster' | 'Namespaced';
  readonly verbs: readonly string[];
  readonly [key: string]: unknown;
}

/** meta/v1 APIResourceList as the resources of a version. */
export function discoveredResources(list: { readonly resources?: readonly LegacyResource[] }, groupVersion: { group: string; version: string }): DiscoveredResource[] {
  const all = list.resources ?? [];
  const responseKind = ({ group, version, kind = '' }: LegacyResource): DiscoveredResource['responseKind'] => ({ group: group ?? groupVersion.group, version: version ?? groupVersion.version, kind });
  return all
    .filter(({ name }) => !name.includes('/'))
    .map((whole) => {
      const subresources = all
        .filter(({ name }) => name.startsWith(`${whole.name}/`))
        .map((part) => ({ subresource: part.name.slice(whole.name.length + 1), responseKind: responseKind(part), verbs: part.verbs ?? [] }));
      const { shortNames = [], categories = [] } = whole;
      return {
        resource: whole.name,
        responseKind: responseKind(whole),
        scope: whole.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: whole.singularName ?? '',
        verbs: whole.verbs ?? [],
        ...(shortNames.length > 0 ? { shortNames } : {}),
        ...(categories.length > 0 ? { categories } : {}),
        ...(subresources.length > 0 ? { subresources } : {}),
      } satisfies DiscoveredResource;
    });
}
