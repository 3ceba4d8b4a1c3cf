import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { KindDefinition } from './kind';
import { builtInKinds, createRegistry } from './kinds';
import { compareVersions } from './registry';
import { resources } from './resources';

const discoveryFile = path.resolve(__dirname, '../../../../shared/reference/kubernetes-1.36/discovery.json');

interface ReferenceResource {
  resource: string;
  singularResource: string;
  scope: string;
  shortNames?: string[];
  categories?: string[];
  verbs: string[];
  subresources?: { subresource: string; responseKind: { group?: string; version?: string; kind: string }; verbs: string[] }[];
}

/** Subresources as discovery shows them: name, kind, verbs. */
function subresourcesOf(kind: KindDefinition): string[] {
  const whole = ['get', 'patch', 'update'];
  return [
    ...(kind.statusStrategy ? [`status ${kind.kind} ${whole}`] : []),
    ...(kind.scale ? [`scale Scale ${whole}`] : []),
    ...Object.keys(kind.partStrategies).map((name) => `${name} ${kind.kind} ${whole}`),
    ...kind.subresources.map(({ name, kind: body, verbs }) => `${name} ${body} ${verbs}`),
  ].sort();
}

function readReference(): Map<string, ReferenceResource> {
  const { items } = JSON.parse(readFileSync(discoveryFile, 'utf8'));
  const found = new Map<string, ReferenceResource>();
  for (const group of items) {
    for (const { version, resources: list } of group.versions) {
      for (const resource of list) found.set(`${group.metadata.name ?? ''}/${version}/${resource.resource}`, resource);
    }
  }
  return found;
}

describe('the registry of kinds', () => {
  const registry = createRegistry();

  it('finds a kind by resource and by kind', () => {
    expect(registry.lookup('', 'v1', 'pods')?.kind).toBe('Pod');
    expect(registry.lookupKind({ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'Role' })?.resource).toBe('roles');
    expect(registry.lookup('apps', 'v1', 'pods')).toBeUndefined();
  });

  it('declares exactly the kinds that clients have handles for', () => {
    const name = ({ group, version, resource, namespaced }: KindDefinition | (typeof resources)[keyof typeof resources]): string =>
      `${group}/${version}/${resource} ${namespaced}`;
    expect(builtInKinds.map(name).sort()).toEqual(Object.values(resources).map(name).sort());
  });

  it('stores no two kinds under one path, except those of one stored form', () => {
    const paths = builtInKinds.filter((kind) => kind.storagePath && !kind.storedAs).map(({ storagePath }) => storagePath);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('takes kinds at run time and refuses a second declaration', () => {
    const own = createRegistry();
    const pod = own.lookup('', 'v1', 'pods') as KindDefinition;
    expect(() => own.add(pod)).toThrow('//v1/pods'.slice(1));
    const before = own.revision;
    own.add({ ...pod, group: 'example.com', resource: 'shirts', kind: 'Shirt' });
    expect(own.revision).toBe(before + 1);
    expect(own.groups().at(-1)).toEqual({ group: 'example.com', versions: ['v1'] });
    expect(own.remove({ group: 'example.com', version: 'v1', resource: 'shirts' })).toBe(true);
    expect(own.remove({ group: 'example.com', version: 'v1', resource: 'shirts' })).toBe(false);
  });

  it('orders versions by stability, then number', () => {
    const versions = ['foo10', 'v1alpha2', 'v2', 'v12beta1', 'foo1', 'v1', 'v11beta2', 'v10', 'v11alpha2', 'v3beta1'];
    expect(versions.sort(compareVersions)).toEqual(['v10', 'v2', 'v1', 'v12beta1', 'v11beta2', 'v3beta1', 'v11alpha2', 'v1alpha2', 'foo1', 'foo10']);
  });

  if (existsSync(discoveryFile)) {
    const reference = readReference();
    const known = builtInKinds.filter(({ group }) => group !== '');
    it.each(known.map((kind) => [`${kind.group}/${kind.version}/${kind.resource}`, kind] as const))('%s is as in the reference', (key, kind) => {
      const expected = reference.get(key);
      expect({ singular: kind.singular, shortNames: kind.shortNames, categories: kind.categories, verbs: kind.verbs, namespaced: kind.namespaced, subresources: subresourcesOf(kind) }).toEqual({
        singular: expected?.singularResource,
        shortNames: expected?.shortNames ?? [],
        categories: expected?.categories ?? [],
        verbs: expected?.verbs,
        namespaced: expected?.scope === 'Namespaced',
        subresources: (expected?.subresources ?? []).map(({ subresource, responseKind, verbs }) => `${subresource} ${responseKind.kind} ${verbs}`).sort(),
      });
    });

    it('lacks nothing of the reference', () => {
      const served = new Set(builtInKinds.map(({ group, version, resource }) => `${group}/${version}/${resource}`));
      expect([...reference.keys()].filter((key) => !served.has(key))).toEqual([]);
    });
  } else {
    it('is not compared with the reference, which is not here', () => expect(existsSync(discoveryFile)).toBe(false));
  }
});
