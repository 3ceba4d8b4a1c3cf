import type { Node, Pod } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { silentLogger } from '@typernetes/component';
import { apiErrors } from '@typernetes/machinery';
import { MirrorPods } from './mirror-pods';
import { keyOf, staticPodOf } from './static-pod';

const manifest = (image = 'web:1', more = ''): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {a: b}}\nspec:\n  containers: [{name: main, image: '${image}'}]\n${more}`;
const at = { nodeName: 'node1', nowMs: Date.UTC(2026, 0, 1) };

test('a manifest becomes a pod of the node', () => {
  const pod = staticPodOf(manifest(), at);
  expect(pod).toMatchObject({
    metadata: { name: 'web-node1', namespace: 'default', annotations: { 'kubernetes.io/config.source': 'file', 'kubernetes.io/config.seen': '2026-01-01T00:00:00Z', 'kubernetes.io/config.hash': pod.metadata?.uid } },
    spec: { nodeName: 'node1', restartPolicy: 'Always', tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] },
  });
  expect(pod.metadata?.uid).toMatch(/^[0-9a-f]{32}$/);
  expect(staticPodOf(manifest('web:2'), at).metadata?.uid).not.toBe(pod.metadata?.uid);
});

test.each([
  ['another kind', 'apiVersion: v1\nkind: Service', 'not a v1 Pod'],
  ['nothing', '', 'not a v1 Pod'],
  ['no pod', manifest('web:1', '  restartPolicy: Sometimes'), 'spec.restartPolicy: Unsupported value: "Sometimes"'],
])('%s is refused', (_name, text, message) => expect(() => staticPodOf(text, at)).toThrow(message));

describe('mirrors', () => {
  const node: Node = { metadata: { name: 'node1', uid: 'n' } };
  /** A tiny API: what is created is seen, what is deleted is gone. */
  const setUp = (): { mirrors: MirrorPods; stored: Map<string, Pod>; appeared: string[] } => {
    const stored = new Map<string, Pod>();
    const appeared: string[] = [];
    let made = 0;
    const client = {
      resource: () => ({
        create: async (pod: Pod) => {
          if (stored.has(keyOf(pod))) throw apiErrors.alreadyExists({ group: '', resource: 'pods', name: keyOf(pod) });
          stored.set(keyOf(pod), { ...pod, metadata: { ...pod.metadata, uid: `m${made++}` } });
          mirrors.observed(stored.get(keyOf(pod)) as Pod);
        },
        delete: async (name: string) => {
          const pod = stored.get(`default/${name}`);
          stored.delete(`default/${name}`);
          if (pod) mirrors.gone(pod);
        },
      }),
    } as unknown as ApiClient;
    const mirrors = new MirrorPods({ client, logger: silentLogger, node: () => node, appeared: ({ metadata }) => appeared.push(metadata?.uid ?? '') });
    return { mirrors, stored, appeared };
  };
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('come, are replaced and go with their pods', async () => {
    const { mirrors, stored, appeared } = setUp();
    const [first, second] = [staticPodOf(manifest(), at), staticPodOf(manifest('web:2'), at)];
    mirrors.want([first]);
    await settle();
    const mirror = stored.get('default/web-node1');
    expect(mirror?.metadata).toMatchObject({ labels: { a: 'b' }, annotations: { 'kubernetes.io/config.mirror': first.metadata?.uid }, ownerReferences: [{ kind: 'Node', uid: 'n', controller: true }] });
    expect(mirrors.apiPod(first)).toBe(mirror);
    expect(appeared).toEqual([first.metadata?.uid]);
    mirrors.want([second]);
    await settle();
    expect(mirrors.apiPod(first)).toBeUndefined();
    expect(mirrors.apiPod(second)?.metadata?.uid).toBe('m1');
    mirrors.want([]);
    await settle();
    expect(stored.size).toBe(0);
  });

  test('come back when somebody deletes them, and strangers go', async () => {
    const { mirrors, stored } = setUp();
    const pod = staticPodOf(manifest(), at);
    mirrors.observed({ metadata: { name: 'old-node1', namespace: 'default', uid: 'old', annotations: { 'kubernetes.io/config.mirror': 'x' } } });
    await settle();
    stored.set('default/old-node1', {});
    mirrors.want([pod]);
    await settle();
    expect([...stored.keys()]).toEqual(['default/web-node1']);
    mirrors.observed({ ...(stored.get('default/web-node1') as Pod), metadata: { ...stored.get('default/web-node1')?.metadata, deletionTimestamp: 'now' } });
    await settle();
    expect(mirrors.apiPod(pod)?.metadata?.uid).toBe('m1');
  });
});
