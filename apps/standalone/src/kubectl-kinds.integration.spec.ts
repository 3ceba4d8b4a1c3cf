import { builtInKinds, type Column, type KindDefinition } from '@typernetes/api';
import { clientTools, type ClientTools } from './testing/client-tools';
import { oneOfEach } from './testing/one-of-each';
import { eventually, startTestCluster, type TestCluster } from './testing/test-cluster';

/** Every kind that can be listed, as both kubectls show and explain it. */
let cluster: TestCluster;
let tools: ClientTools;

interface Listed {
  readonly resource: string;
  readonly group: string;
  readonly version: string;
}
let listed: readonly Listed[];

const fullName = ({ resource, group }: Listed): string => (group ? `${resource}.${group}` : resource);
const groupVersion = ({ group, version }: Listed): string => (group ? `${group}/${version}` : version);

async function discover(): Promise<Listed[]> {
  const { stdout } = await tools.kubectl35('api-resources --verbs=list --no-headers');
  return stdout.trim().split('\n').map((line) => {
    const words = line.trim().split(/\s+/);
    const [group, version] = (words.at(-3) ?? '').split('/');
    return version === undefined ? { resource: words[0] ?? '', group: '', version: group ?? '' } : { resource: words[0] ?? '', group: group ?? '', version };
  });
}

beforeAll(async () => {
  cluster = await startTestCluster(1);
  tools = clientTools(cluster);
  const sample = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: oneOfEach });
  // A pod waits for the namespace's service account.
  await eventually('one of each kind', async () => {
    const { code, stderr } = await tools.kubectl35('apply --server-side -f -', { input: sample });
    if (code !== 0) throw new Error(stderr);
    return true;
  });
  await eventually('the custom kind', async () => (await tools.kubectl35('create -f -', { input: JSON.stringify({ apiVersion: 'a.example/v1', kind: 'One', metadata: { name: 'one', namespace: 'default' }, spec: { size: 3 } }) })).code === 0);
  listed = await discover();
}, 120_000);
afterAll(() => cluster.stop(), 60_000);

const kindOf = ({ resource, group, version }: Listed): KindDefinition | undefined => builtInKinds.find((kind) => kind.resource === resource && kind.group === group && kind.version === version);

/** Each is of all kinds, and takes seconds. */
const looks = 20;

type Shown = Pick<Column, 'name' | 'priority'>;
const always = (...names: string[]): Shown[] => names.map((name) => ({ name, priority: 0 }));
/** What has no columns of its own shows these. */
const plain = always('Name', 'Created At');
const ofOthers: Readonly<Record<string, readonly Shown[]>> = {
  'nodes.metrics.k8s.io': always('Name', 'cpu', 'memory', 'Window'),
  'pods.metrics.k8s.io': always('Name', 'cpu', 'memory', 'Window'),
  'ones.a.example': [...always('Name', 'Size'), { name: 'Colour', priority: 1 }],
};

/** That the registry's columns are upstream's is what `printers.spec.ts` of libs/api compares. */
const headerOf = (kind: Listed, isWide: boolean): string[] =>
  (ofOthers[fullName(kind)] ?? kindOf(kind)?.printer?.columns ?? plain).filter(({ priority }) => isWide || priority === 0).map(({ name }) => name.toUpperCase());

/** Nothing of these is in a new cluster, and the sample has none. */
const mayBeEmpty: ReadonlySet<string> = new Set(['certificatesigningrequests.certificates.k8s.io', 'ipaddresses.networking.k8s.io']);

test('are as many as discovery says, without a doubt', () => {
  expect(listed.length).toBeGreaterThan(50);
  expect(new Set(listed.map((kind) => `${fullName(kind)} ${kind.version}`)).size).toBe(listed.length);
});

test.each([
  ['1.32', false],
  ['1.35', false],
  ['1.35', true],
] as const)('kubectl %s gets all of them, wide: %p', async (version, isWide) => {
  const kubectl = version === '1.32' ? tools.kubectl : tools.kubectl35;
  const header = async (kind: Listed): Promise<string[]> => {
    const { stdout } = await kubectl(['get', fullName(kind), '--all-namespaces', ...(isWide ? ['-o', 'wide'] : [])]);
    return (stdout.split('\n')[0] ?? '').trim().split(/\s{2,}/).filter((name) => name !== 'NAMESPACE');
  };
  const shown = listed.filter((kind) => !mayBeEmpty.has(fullName(kind)));
  const headers = await eventually(
    'an object of every kind: a new kind wants one in one-of-each.ts',
    async () => {
      const found = await Promise.all(shown.map(async (kind): Promise<[string, string[]]> => [fullName(kind), await header(kind)]));
      const empty = found.filter(([, [first]]) => !first).map(([name]) => name);
      if (empty.length > 0) throw new Error(`there is nothing of ${empty.join(', ')}`);
      return found;
    },
    looks / 20,
  );
  expect(headers).toEqual(shown.map((kind) => [fullName(kind), headerOf(kind, isWide)]));
}, 300_000);

test.each(['1.32', '1.35'] as const)('kubectl %s explains all of them', async (version) => {
  const kubectl = version === '1.32' ? tools.kubectl : tools.kubectl35;
  const explained = await Promise.all(listed.map(async (kind) => ({ kind, ...(await kubectl(`explain ${kind.resource} --api-version=${groupVersion(kind)} --recursive`)) })));
  for (const { kind, code, stdout, stderr } of explained) {
    expect([fullName(kind), code, stderr]).toEqual([fullName(kind), 0, '']);
    expect(stdout).toMatch(new RegExp(`^${kind.group ? `GROUP: +${kind.group}\n` : ''}KIND: +\\w+\nVERSION: +${kind.version}\n\nDESCRIPTION:\n[^]*\nFIELDS:\n[^]*\n  kind\t<string>\n[^]*  metadata\t<ObjectMeta>(?: -required-)?\n    annotations\t<map\\[string\\]string>\n`));
  }
}, 120_000);
