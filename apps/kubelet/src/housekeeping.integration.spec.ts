import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resources } from '@typernetes/api';
import { podLogDirectory } from './sandbox/sandbox-config';
import { TestKubelet, until } from './testing/test-kubelet';

jest.setTimeout(180_000);

const node = new TestKubelet('kubelet-keeps', '10.244.91.0/24');
const manifests = mkdtempSync(path.join(tmpdir(), 'kubelet-manifests-'));

beforeAll(async () => {
  await node.start({ staticPodPath: manifests, containerLogMaxBytes: 20_000, containerLogMaxFiles: 3 });
  // It talks while other tests run.
  await node.create('talks', { containers: [node.box('i=0; while true; do echo "line $i of some length, so that it is long enough soon"; i=$((i+1)); sleep 0.01; done')] });
});
afterAll(async () => {
  for (const name of readdirSync(manifests)) rmSync(path.join(manifests, name));
  await node.stop();
  rmSync(manifests, { recursive: true });
});

describe('static pods', () => {
  const name = `static-${node.nodeName}`;
  const write = (script: string): void => {
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: static}\nspec:\n  terminationGracePeriodSeconds: 1\n  containers: [{name: main, image: '${node.local.testImage}', command: ['sh', '-c', '${script}']}]\n`;
    writeFileSync(path.join(manifests, 'pod.yaml'), text);
  };
  const containers = (): string[] => execFileSync('docker', ['-H', node.local.dockerHost, 'ps', '-q', '--filter', `label=io.kubernetes.pod.name=${name}`, '--filter', 'label=io.kubernetes.container.name=main'], { encoding: 'utf8' }).split('\n').filter(Boolean);

  test('run, are shown, and can be looked into', async () => {
    writeFileSync(path.join(manifests, 'broken.yaml'), 'kind: [');
    write('echo static; exec sleep 1000');
    const pod = await node.phase(name, 'Running');
    expect(pod.metadata?.annotations).toMatchObject({ 'kubernetes.io/config.source': 'file', 'kubernetes.io/config.mirror': pod.metadata?.annotations?.['kubernetes.io/config.hash'] });
    expect(pod.metadata?.ownerReferences).toMatchObject([{ kind: 'Node', name: node.nodeName, controller: true }]);
    await until(async () => (await node.logs(name)) === 'static\n', 'its log');
    expect((await node.event(name, 'Started', 'Container started')).involvedObject.uid).toBeDefined();
  });

  test('stay when their mirror is deleted, which comes back', async () => {
    const [before] = containers();
    const uid = (await node.get(name)).metadata?.uid;
    await node.delete(name);
    await node.podWith(name, ({ metadata, status }) => metadata?.uid !== uid && status?.phase === 'Running', 'is shown anew');
    expect(containers()).toEqual([before]);
  });

  test('survive the kubelet', async () => {
    const before = containers();
    await node.restart();
    await node.create('after-restart', { containers: [node.box('exec sleep 1000')] });
    await node.phase('after-restart', 'Running');
    expect(containers()).toEqual(before);
  });

  test('follow their file to the end', async () => {
    const [before] = containers();
    write('echo changed; exec sleep 1000');
    await until(async () => { const now = containers(); return now.length === 1 && now[0] !== before; }, 'runs anew');
    await until(async () => (await node.logs(name)) === 'changed\n', 'its log');
    rmSync(path.join(manifests, 'pod.yaml'));
    await node.gone(name);
    await until(async () => containers().length === 0, 'has ended');
  });
});

test('a log that grows is rotated, and read as one', async () => {
  const pod = await node.phase('talks', 'Running');
  const dir = path.join(podLogDirectory(node.config.podLogsDir, pod), 'main');
  // Between the renaming of the current file and the first line of the next there is none.
  const files = await until(async () => { const names = readdirSync(dir); return names.includes('0.log') && names.some((name) => name.endsWith('.gz')) && names; }, 'rotated twice');
  expect(files.length).toBeLessThanOrEqual(3);
  expect(await node.logs('talks', 'main', { tailLines: 1n })).toMatch(/^line \d+ of some length/);
});

test('a node that is deleted registers anew', async () => {
  const nodes = node.client.resource(resources.nodes);
  const uid = (await nodes.get(node.nodeName)).metadata?.uid;
  await nodes.delete(node.nodeName);
  await until(async () => (await nodes.get(node.nodeName)).metadata?.uid !== uid, 'is registered');
});

test('pods that take more of the disk than they may are ended, others are not', async () => {
  const fill = (where: string): string => `dd if=/dev/zero of=${where} bs=1M count=8; exec sleep 1000`;
  const volumes = [{ name: 'work', emptyDir: { sizeLimit: '4Mi' } }];
  const volumeMounts = [{ name: 'work', mountPath: '/work' }];
  const resources = { limits: { 'ephemeral-storage': '4Mi' } };
  await node.create('modest', { volumes, containers: [node.box('dd if=/dev/zero of=/work/file bs=1M count=1; exec sleep 1000', { volumeMounts, resources })] });
  await node.create('greedy-volume', { volumes, containers: [node.box(fill('/work/file'), { volumeMounts })] });
  await node.create('greedy-layer', { containers: [node.box(fill('/file'), { resources })] });
  const volume = await node.phase('greedy-volume', 'Failed');
  expect(volume.status).toMatchObject({ reason: 'Evicted', message: 'Usage of EmptyDir volume "work" exceeds the limit "4Mi". ' });
  expect(volume.status?.conditions?.some(({ type }) => type === 'DisruptionTarget')).toBe(false);
  await node.event('greedy-volume', 'Evicted', 'Usage of EmptyDir volume "work" exceeds the limit "4Mi". ');
  expect((await node.phase('greedy-layer', 'Failed')).status).toMatchObject({ reason: 'Evicted', message: 'Pod ephemeral local storage usage exceeds the total limit of containers 4Mi. ' });
  expect((await node.get('modest')).status?.phase).toBe('Running');
});

test('a node that is short of memory ends pods, says so, and takes no more of some kinds', async () => {
  await node.create('victim', { terminationGracePeriodSeconds: 1000, containers: [node.box('exec sleep 1000')] });
  await node.phase('victim', 'Running');
  node.config = { ...node.config, evictionHard: { 'memory.available': '99.9%' } };
  await node.restart();
  const pod = await node.phase('victim', 'Failed');
  expect(pod.status).toMatchObject({ reason: 'Evicted', message: expect.stringMatching(/^The node was low on resource: memory\. Threshold quantity: \d+Ki, available: \d+Ki\. /) });
  expect(pod.status?.conditions).toContainEqual(expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' }));
  await node.event('victim', 'Evicted', /^The node was low on resource: memory\. /);
  await until(async () => {
    const { status } = await node.client.resource(resources.nodes).get(node.nodeName);
    return status?.conditions?.some(({ type, reason }) => type === 'MemoryPressure' && reason === 'KubeletHasInsufficientMemory');
  }, 'the node says so');
  await until(async () => (await node.events(node.nodeName)).some(({ reason }) => reason === 'NodeHasInsufficientMemory'), 'event of the node');
  await node.create('late', { containers: [node.box('exec sleep 1000')] });
  expect((await node.phase('late', 'Failed')).status).toMatchObject({ reason: 'Evicted', message: 'Pod was rejected: The node had condition: [MemoryPressure]. ' });
});
