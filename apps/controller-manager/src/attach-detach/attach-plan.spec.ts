import type { Node, PersistentVolume, VolumeAttachment } from '@typernetes/api';
import { attachmentName, maxWaitForUnmountMs, mustWait, planAttachments } from './attach-plan';

const volume = (accessMode: string): PersistentVolume => ({ metadata: { name: 'v' }, spec: { accessModes: [accessMode], csi: { driver: 'd', volumeHandle: 'h' } } });
const on = (nodeName: string): VolumeAttachment => ({ metadata: { name: `csi-${nodeName}` }, spec: { attacher: 'd', nodeName, source: { persistentVolumeName: 'v' } } });
const names = ({ attach, blocked, detach }: ReturnType<typeof planAttachments>): string => `${attach.join()}|${blocked.join()}|${detach.map(({ spec }) => spec.nodeName).join()}`;

test.each<[string, string, string[], string[], string]>([
  ['a first node', 'ReadWriteOnce', ['a', 'a'], [], 'a||'],
  ['where it is already', 'ReadWriteOnce', ['a'], ['a'], '||'],
  ['two nodes at once: one has to wait', 'ReadWriteOnce', ['b', 'a'], [], 'a|b|'],
  ['another node has it and uses it', 'ReadWriteOnce', ['a', 'b'], ['a'], '|b|'],
  ['it moves', 'ReadWriteOnce', ['b'], ['a'], '|b|a'],
  ['several nodes may have it', 'ReadWriteMany', ['a', 'b'], ['a', 'c'], 'b||c'],
  ['nobody uses it', 'ReadWriteOnce', [], ['a'], '||a'],
])('%s', (_name, mode, wanted, present, expected) => expect(names(planAttachments(volume(mode), wanted, present.map(on)))).toBe(expected));

test('a volume that is gone is wanted nowhere', () => expect(names(planAttachments(undefined, ['a'], [on('a')]))).toBe('||a'));

test('the name that drivers expect', () => expect(attachmentName('h', 'd', 'n')).toBe('csi-9072ed11cc1acb5fa433a877ff339b6311d013f33bddd1d0092711a8ace5b16d'));

const node = (ready: string, inUse: string[], taints: string[] = []): Node => ({ spec: { taints: taints.map((key) => ({ key, effect: 'NoExecute' })) }, status: { volumesInUse: inUse, conditions: [{ type: 'Ready', status: ready }] } });
test.each<[string, Node | undefined, number, boolean]>([
  ['the node uses it', node('True', ['x']), maxWaitForUnmountMs, true],
  ['the node does not use it', node('True', []), 0, false],
  ['the node is gone', undefined, 0, false],
  ['a sick node is waited for', node('Unknown', ['x']), 60_000, true],
  ['but not for ever', node('Unknown', ['x']), maxWaitForUnmountMs, false],
  ['nor when it is out of service', node('Unknown', ['x'], ['node.kubernetes.io/out-of-service']), 0, false],
])('%s', (_name, given, nowMs, expected) => expect(mustWait(given, 'x', { sinceMs: 0, nowMs })).toBe(expected));
