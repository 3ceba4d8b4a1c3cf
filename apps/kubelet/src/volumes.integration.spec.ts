import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ConfigMap, Pod, Volume } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { Container } from './testing/test-kubelet';
import { TestKubelet, until } from './testing/test-kubelet';

jest.setTimeout(180_000);

const node = new TestKubelet('kubelet-vols', '10.244.90.0/24');
const namespace = 'default';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const configMap = (name: string, more: Partial<ConfigMap>): Promise<ConfigMap> => node.client.resource(resources.configMaps).create({ metadata: { name, namespace }, ...more });
const secret = (name: string, data: Record<string, string>): Promise<unknown> =>
  node.client.resource(resources.secrets).create({ metadata: { name, namespace }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])) });

/** A pod that runs on, to look into. */
async function stay(name: string, volumes: Volume[], { container = {}, metadata = {} }: { container?: Partial<Container>; metadata?: object } = {}): Promise<Pod> {
  const volumeMounts = volumes.map((volume) => ({ name: volume.name, mountPath: `/${volume.name}` }));
  await node.create(name, { containers: [node.box('exec sleep 1000', { volumeMounts, ...container })], volumes }, metadata);
  return node.phase(name, 'Running');
}

const shell = async (name: string, script: string): Promise<string> => (await node.exec(name, ['sh', '-c', script])).stdout;
const shows = (name: string, script: string, text: string): Promise<unknown> => until(async () => (await shell(name, script)) === text, `${name}: ${script} gives ${JSON.stringify(text)}`);

beforeAll(() => node.start());
afterAll(() => node.stop());

describe('what changes in the API changes in the volume', () => {
  test('config maps and secrets: other content, other keys, objects that come and go', async () => {
    await configMap('changing', { data: { a: '1', b: '2' } });
    await configMap('going', { data: { k: 'x' } });
    await stay('follower', [
      { name: 'map', configMap: { name: 'changing' } },
      { name: 'later', secret: { secretName: 'later', optional: true } },
      { name: 'all', projected: { sources: [{ configMap: { name: 'going', optional: true } }, { secret: { name: 'later', optional: true } }, { configMap: { name: 'changing', items: [{ key: 'a', path: 'deep/a' }] } }] } },
    ]);
    expect(await shell('follower', 'cd /map; echo $(ls) $(cat a) $(cat b); ls /later; cd /all; echo * $(cat deep/a)')).toBe('a b 1 2\ndeep k 1\n');
    const maps = node.client.resource(resources.configMaps);
    await maps.patch('changing', { data: { a: 'one', b: null, c: '3' } }, { namespace, type: 'application/merge-patch+json' });
    await secret('later', { password: 'pw' });
    await maps.delete('going', { namespace });
    await shows('follower', 'cd /map; echo $(ls) $(cat a) $(cat c)', 'a c one 3\n');
    await shows('follower', 'cat /later/password', 'pw');
    await shows('follower', 'cd /all; echo * $(cat deep/a) $(cat password)', 'deep password one pw\n');
  });

  test('the pod itself: labels and annotations', async () => {
    const items = ['labels', 'annotations'].map((path) => ({ path, fieldRef: { fieldPath: `metadata.${path}` } }));
    await stay('changed', [{ name: 'pod', downwardAPI: { items } }], { metadata: { labels: { key1: 'value1' }, annotations: { builder: 'bar' } } });
    expect(await shell('changed', 'cat /pod/labels; echo; cat /pod/annotations')).toBe('key1="value1"\nbuilder="bar"');
    await node.client.resource(resources.pods).patch('changed', { metadata: { labels: { key3: 'value3' }, annotations: { builder: 'foo' } } }, { namespace, type: 'application/merge-patch+json' });
    await shows('changed', 'cat /pod/labels; echo; cat /pod/annotations', 'key1="value1"\nkey3="value3"\nbuilder="foo"');
  });

  test('a pod that waits for an object starts when it is there', async () => {
    await node.create('waiter', { containers: [node.box('exec sleep 1000', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })], volumes: [{ name: 'v', configMap: { name: 'awaited' } }] });
    await node.event('waiter', 'FailedMount', 'MountVolume.SetUp failed for volume "v" : configmap "awaited" not found');
    await configMap('awaited', { data: { k: 'v' } });
    await node.phase('waiter', 'Running');
  });
});

describe('an image as a volume', () => {
  const build = (name: string, dockerfile: string): string => {
    const image = `${node.nodeName}/${name}:1`;
    node.build(image, dockerfile);
    return image;
  };
  /** Names of what is mounted for containers of this node. */
  const mounted = (): number => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => line.split(' ')[4]?.startsWith(path.join(node.local.dir, 'cri/image-volumes/'))).length;

  test('shows its files, whole or in part, to be read only; several layers are one', async () => {
    const from = `FROM ${node.local.testImage}\nRUN mkdir -p /dir/inner && echo one > /dir/file && echo old > /dir/gone\n`;
    const reference = build('files', `${from}RUN rm /dir/gone && echo two > /dir/inner/file\n`);
    const volumeMounts = [{ name: 'v', mountPath: '/whole' }, { name: 'v', mountPath: '/part', subPath: 'dir' }];
    await node.create('image-volume', { containers: [node.box('exec sleep 1000', { volumeMounts })], volumes: [{ name: 'v', image: { reference, pullPolicy: 'IfNotPresent' } }] });
    await node.phase('image-volume', 'Running');
    expect(await shell('image-volume', 'cd /part; echo $(ls) $(cat file inner/file) $(cat /whole/dir/file); touch /part/new 2> /dev/null || echo refused')).toBe('file inner one two one\nrefused\n');
    expect(mounted()).toBe(1);
    await node.event('image-volume', 'Pulled', `Container image "${reference}" already present on machine and can be accessed by the pod`);
    await node.delete('image-volume');
    await node.gone('image-volume');
    await until(async () => mounted() === 0, 'nothing is mounted any more');
  });

  test('is asked for at the registry with every new pod when its policy says so; none there: what is loaded serves', async () => {
    // Nobody listens at this port.
    const reference = 'localhost:1/always:1';
    node.build(reference, `FROM ${node.local.testImage}\nRUN echo always > /file\n`);
    await stay('image-always', [{ name: 'v', image: { reference, pullPolicy: 'Always' } }]);
    expect(await shell('image-always', 'cat /v/file')).toBe('always\n');
    await node.event('image-always', 'Pulling', `Pulling image "${reference}"`);
  });

  test('of one layer', async () => {
    const reference = `${node.nodeName}/one-layer:1`;
    execFileSync('sh', ['-c', `d=$(mktemp -d); echo single > $d/file; tar -C $d -c . | docker -H ${node.local.dockerHost} import - ${reference}; rm -r $d`], { stdio: 'pipe' });
    await stay('one-layer', [{ name: 'v', image: { reference, pullPolicy: 'Never' } }]);
    expect(await shell('one-layer', 'cat /v/file')).toBe('single\n');
  });

  test('that is missing, or has no such path, keeps the container from starting, and says so', async () => {
    const reference = build('bare', `FROM ${node.local.testImage}\n`);
    const reason = (pod: Pod): string | undefined => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;
    const create = (name: string, image: NonNullable<Volume['image']>, subPath?: string): Promise<Pod> =>
      node.create(name, { containers: [node.box('true', { volumeMounts: [{ name: 'v', mountPath: '/v', subPath }] })], volumes: [{ name: 'v', image }] });
    await create('image-missing', { reference: 'localhost:1/none:1', pullPolicy: 'Never' });
    await create('image-pathless', { reference, pullPolicy: 'Never' }, 'no/such');
    await node.podWith('image-missing', (pod) => reason(pod) === 'ErrImageNeverPull', 'is not started');
    const pathless = await node.podWith('image-pathless', (pod) => reason(pod) === 'ImageVolumeMountFailed', 'is not started');
    expect(pathless.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('ImageVolumeMountFailed: subpath "no/such" is not in the image');
  });
});

describe('what a container may do in a volume', () => {
  test('it writes nothing into what the kubelet writes, root neither', async () => {
    await configMap('fixed', { data: { k: 'v' } });
    await secret('fixed', { s: 'v' });
    await stay('reader', [
      { name: 'map', configMap: { name: 'fixed' } },
      { name: 'secret', secret: { secretName: 'fixed' } },
      { name: 'pod', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
      { name: 'all', projected: { sources: [{ configMap: { name: 'fixed' } }] } },
      { name: 'own', emptyDir: {} },
    ]);
    expect(await shell('reader', 'for v in map secret pod all own; do touch /$v/new 2> /dev/null && echo wrote $v; done; cat /map/k')).toBe('wrote own\nv');
  });

  test('subPathExpr with an unknown variable keeps the container from starting, and says so', async () => {
    const volumeMounts = [{ name: 'v', mountPath: '/v', subPathExpr: '$(NOBODY)' }];
    await node.create('astray', { containers: [node.box('exec sleep 1000', { volumeMounts })], volumes: [{ name: 'v', emptyDir: {} }] });
    await node.event('astray', 'Failed', 'Error: missing value for "NOBODY"');
    await node.podWith('astray', ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError', 'is not started');
  });

  test('the token is readable by the one user of the pod alone', async () => {
    const token = { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } };
    await node.create('single-user', { securityContext: { runAsUser: 1234 }, containers: [node.box('exec sleep 1000', { volumeMounts: [{ name: 'token', mountPath: '/t' }] })], volumes: [token] });
    await node.phase('single-user', 'Running');
    expect(await shell('single-user', 'stat -L -c "%a %u" /t/token; test -s /t/token && head -c 1 /t/token')).toBe('600 1234\ne');
  });
});
