import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createRegistry } from '@typernetes/api';
import { aggregatedDiscovery, apiGroupList, resourceList } from './discovery';

/** The reference lies beside the checkout and is no part of the project. */
const file = path.resolve(__dirname, '../../../../../shared/reference/kubernetes-1.36/discovery.json');
const isThere = existsSync(file);

interface Subresource {
  subresource: string;
  responseKind: object;
  verbs: string[];
}

interface Resource {
  resource: string;
  subresources?: Subresource[];
}

interface Document {
  items: { metadata: { name?: string }; versions: { version: string; freshness: string; resources: Resource[] }[] }[];
}

const registry = createRegistry(() => true);
const byName = (a: Subresource, b: Subresource): number => (a.subresource < b.subresource ? -1 : 1);
const sorted = ({ subresources, ...rest }: Resource): Resource => ({ ...rest, ...(subresources ? { subresources: [...subresources].sort(byName) } : {}) });

/** `group/version/resource` to what is said of it. */
const flat = ({ items }: Document): Map<string, Resource> =>
  new Map(items.flatMap(({ metadata, versions }) => versions.flatMap(({ version, resources }) => resources.map((it): [string, Resource] => [`${metadata.name ?? ''}/${version}/${it.resource}`, sorted(it)]))));

const own = aggregatedDiscovery(registry, false) as Document;

if (isThere) {
  const reference = JSON.parse(readFileSync(file, 'utf8')) as Document;
  const expected = flat(reference);

  it('says of each kind what the reference says, aggregated', () => {
    for (const [name, resource] of flat(own)) expect({ name, resource }).toEqual({ name, resource: expected.get(name) });
  });

  it('prefers the versions that the reference prefers', () => {
    const known = new Map(reference.items.map(({ metadata, versions }) => [metadata.name ?? '', versions.map(({ version }) => version)]));
    for (const { metadata, versions } of own.items) {
      const served = versions.map(({ version }) => version);
      expect([metadata.name, served]).toEqual([metadata.name, (known.get(metadata.name ?? '') ?? []).filter((version) => served.includes(version))]);
    }
  });
} else {
  it('is not compared with the reference, which is not here', () => expect(isThere).toBe(false));
}

describe('legacy discovery', () => {
  interface LegacyResource {
    name: string;
    kind: string;
    group?: string;
    version?: string;
    verbs: string[];
  }

  it('says the same as the aggregated one', () => {
    for (const { metadata, versions } of [...own.items, ...(aggregatedDiscovery(registry, true) as Document).items]) {
      for (const { version, resources } of versions) {
        const list = resourceList(registry, metadata.name ?? '', version) as { resources: LegacyResource[] };
        const names = resources.flatMap(({ resource, subresources = [] }) => [resource, ...subresources.map(({ subresource }) => `${resource}/${subresource}`)]);
        expect(list.resources.map(({ name }) => name).sort()).toEqual(names.sort());
      }
    }
  });

  it('names the kind of a foreign subresource with its group and version', () => {
    const { resources } = resourceList(registry, '', 'v1') as { resources: LegacyResource[] };
    const find = (name: string): LegacyResource | undefined => resources.find((it) => it.name === name);
    expect(find('replicationcontrollers/scale')).toMatchObject({ kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] });
    expect(find('pods/eviction')).toMatchObject({ kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] });
    expect(find('pods/status')).not.toHaveProperty('group');
  });

  it('says a preferred version of each group that is one of its versions', () => {
    const { groups } = apiGroupList(registry) as { groups: { versions: object[]; preferredVersion: object }[] };
    for (const group of groups) expect(group.versions).toContainEqual(group.preferredVersion);
  });
});
