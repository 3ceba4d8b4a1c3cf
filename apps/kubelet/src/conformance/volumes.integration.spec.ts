/**
 * What conformance of Kubernetes 1.36 demands of volumes. Pods that only look into volumes look into many at once and
 * write down what they see, a line for each volume; the tests then read lines.
 */
import type { DownwardAPIVolumeFile, KeyToPath, Pod, Volume } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { Container } from '../testing/test-kubelet';
import { TestKubelet, until } from '../testing/test-kubelet';

jest.setTimeout(180_000);

const node = new TestKubelet('kubelet-files', '10.244.89.0/24');
const namespace = 'default';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const maps = () => node.client.resource(resources.configMaps);
const secrets = () => node.client.resource(resources.secrets);

/** A volume to look into, and the file there. */
interface Look {
  volume: Volume;
  file: string;
}

const mountOf = ({ name }: Volume): NonNullable<Container['volumeMounts']>[number] => ({ name, mountPath: `/volumes/${name}` });
/** `<volume> <mode of the file> <its content>` */
const lookAt = ({ volume, file }: Look): string => `f=/volumes/${volume.name}/${file}; echo "${volume.name} $(stat -L -c %A $f) $(cat $f)"`;

/** Runs a pod to its end and gives back what it wrote about each volume. */
async function report(name: string, looks: Look[], { container = {}, securityContext = {} }: { container?: Partial<Container>; securityContext?: object } = {}): Promise<ReadonlyMap<string, string>> {
  const main = node.box(looks.map(lookAt).join('\n'), { volumeMounts: looks.map(({ volume }) => mountOf(volume)), ...container });
  await node.create(name, { restartPolicy: 'Never', securityContext, volumes: looks.map(({ volume }) => volume), containers: [main] });
  await node.phase(name, 'Succeeded');
  return new Map((await node.logs(name)).trim().split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
}

/** Begins to run when the suite does, so that pods come up side by side; who waits for it sees a failure. */
const running = new Map<string, Promise<ReadonlyMap<string, string>>>();
const begin = (name: string, made: Promise<ReadonlyMap<string, string>>): void => {
  made.catch(() => undefined);
  running.set(name, made);
};
const seen = async (pod: string, volume: string): Promise<string | undefined> => (await running.get(pod))?.get(volume);

type Files = { items?: KeyToPath[]; defaultMode?: number };
/** The same three values in each kind of volume. */
const kinds: Record<string, (files: Files) => Omit<Volume, 'name'>> = {
  configMap: (files) => ({ configMap: { name: 'files', ...files } }),
  secret: (files) => ({ secret: { secretName: 'files', ...files } }),
  'projected configMap': ({ items, defaultMode }) => ({ projected: { defaultMode, sources: [{ configMap: { name: 'files', items } }] } }),
  'projected secret': ({ items, defaultMode }) => ({ projected: { defaultMode, sources: [{ secret: { name: 'files', items } }] } }),
};
const toPath = (mode?: number): KeyToPath[] => [{ key: 'data-2', path: 'path/to/data-2', ...(mode === undefined ? {} : { mode }) }];
const variants: Record<string, [files: Files, file: string]> = {
  'as it is': [{}, 'data-1'],
  'a second time': [{}, 'data-1'],
  'with defaultMode': [{ defaultMode: 0o400 }, 'data-1'],
  'with a mode for a group': [{ defaultMode: 0o440 }, 'data-1'],
  'with mappings': [{ items: toPath() }, 'path/to/data-2'],
  'with mappings and a mode': [{ items: toPath(0o400) }, 'path/to/data-2'],
};
const nameOf = (kind: string, variant: string): string => `${kind} ${variant}`.toLowerCase().replaceAll(' ', '-');
const looksFor = (names: string[]): Look[] =>
  Object.entries(kinds).flatMap(([kind, make]) => names.map((variant) => {
    const [files, file] = variants[variant] ?? [{}, ''];
    return { volume: { name: nameOf(kind, variant), ...make(files) }, file };
  }));

const downwardItems: Record<string, Omit<DownwardAPIVolumeFile, 'path'>> = {
  'pod name': { fieldRef: { fieldPath: 'metadata.name' } },
  'cpu limit': { resourceFieldRef: { containerName: 'main', resource: 'limits.cpu' } },
  'cpu request': { resourceFieldRef: { containerName: 'main', resource: 'requests.cpu' } },
  'memory limit': { resourceFieldRef: { containerName: 'main', resource: 'limits.memory' } },
  'memory request': { resourceFieldRef: { containerName: 'main', resource: 'requests.memory' } },
};
const downwardKinds: Record<string, (item: DownwardAPIVolumeFile, defaultMode?: number) => Omit<Volume, 'name'>> = {
  downwardAPI: (item, defaultMode) => ({ downwardAPI: { items: [item], defaultMode } }),
  'projected downwardAPI': (item, defaultMode) => ({ projected: { sources: [{ downwardAPI: { items: [item] } }], defaultMode } }),
};
const downwardLooks = (): Look[] =>
  Object.entries(downwardKinds).flatMap(([kind, make]) => {
    const name = { ...downwardItems['pod name'], path: 'file' };
    return [
      ...Object.entries(downwardItems).map(([what, item]) => ({ volume: { name: nameOf(kind, what), ...make({ ...item, path: 'file' }) }, file: 'file' })),
      { volume: { name: nameOf(kind, 'default mode'), ...make(name, 0o400) }, file: 'file' },
      { volume: { name: nameOf(kind, 'item mode'), ...make({ ...name, mode: 0o400 }) }, file: 'file' },
    ];
  });

const media = { default: {}, memory: { medium: 'Memory' } };
/** Writes files of three modes into both kinds of emptyDir; a line each, and one for the directory. */
const emptyDirs = async (name: string, securityContext: object): Promise<ReadonlyMap<string, string>> => {
  const script = Object.keys(media).map((medium) => `
    cd /volumes/${medium}; umask 0; echo "${medium} $(stat -c %A .) $(stat -f -c %T .)"
    for mode in 0644 0666 0777; do echo "content of $mode" > $mode; chmod $mode $mode; echo "${medium}-$mode $(stat -c '%A %u' $mode) $(cat $mode)"; done`);
  const looks = Object.entries(media).map(([medium, emptyDir]) => ({ volume: { name: medium, emptyDir }, file: '' }));
  return report(name, looks, { securityContext, container: { command: ['sh', '-c', script.join('\n')] } });
};

beforeAll(async () => {
  await node.start();
  await node.client.resource(resources.namespaces).create({ metadata: { name: 'other' } });
  const data = { 'data-1': 'value-1', 'data-2': 'value-2', 'data-3': 'value-3' };
  const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]));
  await maps().create({ metadata: { name: 'files', namespace }, data });
  await secrets().create({ metadata: { name: 'files', namespace }, data: encoded });
  await secrets().create({ metadata: { name: 'files', namespace: 'other' }, data: { 'data-1': base64('not this one') } });
  begin('root', report('files-root', looksFor(Object.keys(variants))));
  begin('uid 1000', report('files-user', looksFor(['as it is', 'with mappings']), { securityContext: { runAsUser: 1000 } }));
  begin('uid 1000 of group 1001', report('files-group', looksFor(['with a mode for a group']), { securityContext: { runAsUser: 1000, fsGroup: 1001 } }));
  const asked = { requests: { cpu: '250m', memory: '32Mi' }, limits: { cpu: '1250m', memory: '64Mi' } };
  begin('a pod with limits', report('downward', downwardLooks(), { container: { resources: asked } }));
  begin('a pod without limits', report('downward-bare', downwardLooks()));
  begin('empty root', emptyDirs('empty-root', {}));
  begin('empty non-root', emptyDirs('empty-user', { runAsUser: 1001 }));
});
afterAll(() => node.stop());

describe('configMap, secret', () => {
  const readable = '-rw-r--r--';
  const cases: [kind: string, variant: string, who: string, expected: string][] = Object.keys(kinds).flatMap((kind) => [
    [kind, 'as it is', 'root', `${readable} value-1`],
    [kind, 'a second time', 'root', `${readable} value-1`],
    [kind, 'with defaultMode', 'root', '-r-------- value-1'],
    [kind, 'with mappings', 'root', `${readable} value-2`],
    [kind, 'with mappings and a mode', 'root', '-r-------- value-2'],
    [kind, 'as it is', 'uid 1000', `${readable} value-1`],
    [kind, 'with mappings', 'uid 1000', `${readable} value-2`],
    [kind, 'with a mode for a group', 'uid 1000 of group 1001', '-r--r----- value-1'],
  ]);
  test.each(cases)('%s in a volume, %s, read by %s', async (kind, variant, who, expected) => expect(await seen(who, nameOf(kind, variant))).toBe(expected));

  test('text and binary data', async () => {
    await maps().create({ metadata: { name: 'binary', namespace }, data: { text: 'value-1' }, binaryData: { 'dump.bin': Buffer.from([0xde, 0xca, 0xfe, 0xba, 0xd0, 0xfe, 0xff]).toString('base64') } });
    const volumes = [{ name: 'binary', configMap: { name: 'binary' } }];
    await node.create('binary', { restartPolicy: 'Never', volumes, containers: [node.box('cat /v/text; od -An -tx1 /v/dump.bin', { volumeMounts: [{ name: 'binary', mountPath: '/v' }] })] });
    await node.phase('binary', 'Succeeded');
    expect(await node.logs('binary')).toBe('value-1 de ca fe ba d0 fe ff\n');
  });

  test('optional ones come, change and go in every kind of volume', async () => {
    const optional: Record<string, (name: string) => Omit<Volume, 'name'>> = {
      map: (name) => ({ configMap: { name, optional: true } }),
      secret: (secretName) => ({ secret: { secretName, optional: true } }),
      allmap: (name) => ({ projected: { sources: [{ configMap: { name, optional: true } }] } }),
      allsecret: (name) => ({ projected: { sources: [{ secret: { name, optional: true } }] } }),
    };
    const objects = ['comes', 'changes', 'goes'];
    for (const name of ['changes', 'goes']) {
      await maps().create({ metadata: { name, namespace }, data: { k: 'value-1' } });
      await secrets().create({ metadata: { name, namespace }, data: { k: base64('value-1') } });
    }
    const volumes = Object.entries(optional).flatMap(([kind, make]) => objects.map((name) => ({ name: `${kind}-${name}`, ...make(name) })));
    await node.create('optional', { volumes, containers: [node.box('exec sleep 1000', { volumeMounts: volumes.map(mountOf) })] });
    await node.phase('optional', 'Running');
    const look = async (): Promise<string> =>
      (await node.exec('optional', ['sh', '-c', `cd /volumes; for k in ${Object.keys(optional).join(' ')}; do echo $k $(cat $k-comes/k 2> /dev/null || echo none) $(cat $k-changes/k) $(cat $k-goes/k 2> /dev/null || echo none); done`])).stdout;
    const all = (text: string): string => Object.keys(optional).map((kind) => `${kind} ${text}\n`).join('');
    expect(await look()).toBe(all('none value-1 value-1'));
    await maps().patch('changes', { data: { k: 'value-2' } }, { namespace, type: 'application/merge-patch+json' });
    await secrets().patch('changes', { data: { k: base64('value-2') } }, { namespace, type: 'application/merge-patch+json' });
    await maps().create({ metadata: { name: 'comes', namespace }, data: { k: 'value-3' } });
    await secrets().create({ metadata: { name: 'comes', namespace }, data: { k: base64('value-3') } });
    await maps().delete('goes', { namespace });
    await secrets().delete('goes', { namespace });
    await until(async () => (await look()) === all('value-3 value-2 none'), 'all follow');
  });

  test('fifty volumes in each of five pods', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => maps().create({ metadata: { name, namespace }, data: { k: name } })));
    const pods = Array.from({ length: 5 }, (_, index) => `crowd-${index}`);
    const volumes = names.map((name) => ({ name, configMap: { name } }));
    const script = 'cat /volumes/*/k | wc -c';
    await Promise.all(pods.map((name) => node.create(name, { restartPolicy: 'Never', volumes, containers: [node.box(script, { volumeMounts: volumes.map(mountOf) })] })));
    for (const name of pods) {
      await node.phase(name, 'Succeeded');
      expect((await node.logs(name)).trim()).toBe(String(names.join('').length));
      expect((await node.events(name)).filter(({ reason }) => reason === 'FailedMount')).toEqual([]);
    }
  });
});

describe('the downward API', () => {
  const cases: [kind: string, what: string, expected: string][] = Object.keys(downwardKinds).flatMap((kind) => [
    [kind, 'pod name', '-rw-r--r-- downward'],
    [kind, 'cpu limit', '-rw-r--r-- 2'],
    [kind, 'cpu request', '-rw-r--r-- 1'],
    [kind, 'memory limit', `-rw-r--r-- ${64 << 20}`],
    [kind, 'memory request', `-rw-r--r-- ${32 << 20}`],
    [kind, 'default mode', '-r-------- downward'],
    [kind, 'item mode', '-r-------- downward'],
  ]);
  test.each(cases)('%s tells: %s', async (kind, what, expected) => expect(await seen('a pod with limits', nameOf(kind, what))).toBe(expected));

  test.each(Object.keys(downwardKinds))('%s tells a container without limits what the node can give', async (kind) => {
    const { allocatable } = (await node.client.resource(resources.nodes).get(node.nodeName)).status ?? {};
    expect(allocatable?.['memory']).toMatch(/^\d+Ki$/);
    expect(await seen('a pod without limits', nameOf(kind, 'cpu limit'))).toBe(`-rw-r--r-- ${allocatable?.['cpu']}`);
    expect(await seen('a pod without limits', nameOf(kind, 'memory limit'))).toBe(`-rw-r--r-- ${parseInt(allocatable?.['memory'] ?? '', 10) * 1024}`);
  });

  test('labels and annotations follow the pod', async () => {
    const items = ['labels', 'annotations'].map((path) => ({ path, fieldRef: { fieldPath: `metadata.${path}` } }));
    const volumes = [{ name: 'alone', downwardAPI: { items } }, { name: 'among', projected: { sources: [{ downwardAPI: { items } }] } }];
    await node.create('changed', { volumes, containers: [node.box('exec sleep 1000', { volumeMounts: volumes.map(mountOf) })] }, { labels: { key1: 'value1' }, annotations: { builder: 'bar' } });
    await node.phase('changed', 'Running');
    const look = async (): Promise<string> => (await node.exec('changed', ['sh', '-c', 'cd /volumes; for v in *; do echo $v $(cat $v/labels) $(cat $v/annotations); done'])).stdout;
    expect(await look()).toBe('alone key1="value1" builder="bar"\namong key1="value1" builder="bar"\n');
    await node.client.resource(resources.pods).patch('changed', { metadata: { labels: { key3: 'value3' }, annotations: { builder: 'foo' } } }, { namespace, type: 'application/merge-patch+json' });
    await until(async () => (await look()) === 'alone key1="value1" key3="value3" builder="foo"\namong key1="value1" key3="value3" builder="foo"\n', 'both follow');
  });
});

test('all sources of a projected volume at once', async () => {
  const items = Object.entries(downwardItems).map(([what, item]) => ({ ...item, path: what.replace(' ', '_') }));
  const sources = [{ secret: { name: 'files', items: [{ key: 'data-1', path: 'secret' }] } }, { configMap: { name: 'files', items: [{ key: 'data-2', path: 'map' }] } }, { downwardAPI: { items } }];
  const volume: Volume = { name: 'all', projected: { sources } };
  const container = node.box('cd /volumes/all; echo $(cat secret map pod_name) $(cat cpu_limit) $(cat memory_request)', { volumeMounts: [mountOf(volume)], resources: { requests: { memory: '32Mi' }, limits: { cpu: '1250m' } } });
  await node.create('all-sources', { restartPolicy: 'Never', volumes: [volume], containers: [container] });
  await node.phase('all-sources', 'Succeeded');
  expect(await node.logs('all-sources')).toBe(`value-1value-2all-sources 2 ${32 << 20}\n`);
});

describe('emptyDir', () => {
  const modes = { '0644': '-rw-r--r--', '0666': '-rw-rw-rw-', '0777': '-rwxrwxrwx' };
  const uids = { root: 0, 'non-root': 1001 };
  const cases = Object.keys(uids).flatMap((who) => Object.keys(modes).flatMap((mode) => Object.keys(media).map((medium) => [who, mode, medium] as [keyof typeof uids, keyof typeof modes, string])));
  test.each(cases)('for %s, files of mode %s, medium %s', async (who, mode, medium) => expect(await seen(`empty ${who}`, `${medium}-${mode}`)).toBe(`${modes[mode]} ${uids[who]} content of ${mode}`));

  test.each([['default', /^drwxrwxrwx (?!tmpfs)/], ['memory', /^drwxrwxrwx tmpfs$/]])('of medium %s is open to all', async (medium, expected) => expect(await seen('empty root', medium)).toMatch(expected));

  test('is shared by the containers of the pod', async () => {
    const volumeMounts = [{ name: 'shared', mountPath: '/shared' }];
    const containers = [node.box('until cat /shared/data 2> /dev/null; do sleep 0.1; done', { volumeMounts }), node.box('echo Hello from the busy-box sub-container > /shared/new; mv /shared/new /shared/data', { name: 'sub', volumeMounts })];
    await node.create('shares', { restartPolicy: 'Never', volumes: [{ name: 'shared', emptyDir: {} }], containers });
    await node.phase('shares', 'Succeeded');
    expect(await node.logs('shares')).toBe('Hello from the busy-box sub-container\n');
  });
});

test('subPath shows a part of what the kubelet writes, also in place of a file', async () => {
  const sources: Record<string, Omit<Volume, 'name'>> = {
    map: { configMap: { name: 'files' } },
    secret: { secret: { secretName: 'files' } },
    pod: { downwardAPI: { items: [{ path: 'data-1', fieldRef: { fieldPath: 'metadata.name' } }] } },
    all: { projected: { sources: [{ configMap: { name: 'files', items: [{ key: 'data-3', path: 'deep/data-1' }] } }] } },
  };
  const volumes = Object.entries(sources).map(([name, source]) => ({ name, ...source }));
  const volumeMounts = [
    ...volumes.filter(({ name }) => name !== 'all').map(({ name }) => ({ name, mountPath: `/part/${name}`, subPath: 'data-1' })),
    { name: 'all', mountPath: '/part/all', subPath: 'deep' },
    { name: 'map', mountPath: '/etc/passwd', subPath: 'data-2' },
  ];
  // Its second run finds them too.
  const script = 'cd /part; echo $(cat map secret pod all/data-1 /etc/passwd | sed "s/value/ value/g"); [ -e /again/been ] && exec sleep 1000; touch /again/been; exit 1';
  const container = node.box(script, { volumeMounts: [...volumeMounts, { name: 'again', mountPath: '/again' }] });
  await node.create('parts', { volumes: [...volumes, { name: 'again', emptyDir: {} }], containers: [container] });
  const pod = await node.podWith('parts', ({ status }: Pod) => status?.containerStatuses?.[0]?.restartCount === 1 && status.containerStatuses[0].state?.running !== undefined, 'runs again');
  expect(pod.status?.phase).toBe('Running');
  const expected = 'value-1 value-1parts value-3 value-2\n';
  expect(await node.logs('parts', 'main', { previous: true })).toBe(expected);
  await until(async () => (await node.logs('parts')) === expected, 'the second run sees the same');
});
