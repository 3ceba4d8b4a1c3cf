import type { ConfigMap, Pod, ResourceType } from '@typernetes/api';
import type { ApiClient, ResourceClient, WatchEvent, WatchOptions } from '@typernetes/client';
import { createLogger } from '@typernetes/component';
import type { KubernetesObject } from '@typernetes/machinery';
import { apiErrors, systemClock, systemRandom } from '@typernetes/machinery';
import { pod } from '../testing/builders';
import { WatchedObjects } from './watched-objects';

/** One config map of an API that counts who asks. */
class OneMap {
  object: ConfigMap | undefined;
  gets = 0;
  readonly open = new Set<(events: WatchEvent<ConfigMap>[]) => void>();
  selectors: (string | undefined)[] = [];

  put(version: string, more: Partial<ConfigMap> = {}): void {
    const type = this.object ? 'MODIFIED' : 'ADDED';
    this.object = { metadata: { name: 'c', namespace: 'default', uid: 'u', resourceVersion: version }, ...more };
    for (const send of this.open) send([{ type, object: this.object }]);
  }

  remove(): void {
    const object = this.object ?? {};
    this.object = undefined;
    for (const send of this.open) send([{ type: 'DELETED', object }]);
  }

  get client(): ApiClient {
    const get = async (name: string): Promise<ConfigMap> => {
      this.gets++;
      if (!this.object) throw apiErrors.notFound({ group: '', resource: 'configmaps', name });
      return this.object;
    };
    const resource: Partial<ResourceClient<ConfigMap>> = { get, watch: (options) => this.watch(options) };
    return { resource: <T extends KubernetesObject>(_type: ResourceType<T>) => resource as unknown as ResourceClient<T>, close: () => undefined };
  }

  private async *watch({ fieldSelector, signal }: WatchOptions = {}): AsyncGenerator<WatchEvent<ConfigMap>[]> {
    this.selectors.push(fieldSelector);
    const queue: WatchEvent<ConfigMap>[][] = [];
    let wake = (): void => undefined;
    const send = (events: WatchEvent<ConfigMap>[]): void => (queue.push(events), wake());
    const onAbort = (): void => wake();
    this.open.add(send);
    signal?.addEventListener('abort', onAbort);
    if (this.object) send([{ type: 'ADDED', object: this.object }]);
    send([{ type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } }]);
    try {
      while (!signal?.aborted) {
        const next = queue.shift();
        if (next) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.open.delete(send);
    }
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const podOf = (uid: string, map = 'c'): Pod => pod({ volumes: [{ name: 'v', configMap: { name: map } }] }, { metadata: { uid, name: uid, namespace: 'default' } });

function setUp(): { api: OneMap; objects: WatchedObjects; changed: string[] } {
  const api = new OneMap();
  const changed: string[] = [];
  const objects = new WatchedObjects({ client: api.client, clock: systemClock, random: systemRandom, logger: createLogger('test', 'silent'), changed: (uid) => changed.push(uid) });
  return { api, objects, changed };
}

test('pods share one watch, and the last one closes it', async () => {
  const { api, objects } = setUp();
  api.put('1');
  objects.claim(podOf('a'));
  objects.claim(podOf('b'));
  await settle();
  expect(api.selectors).toEqual(['metadata.name=c']);
  objects.release('a');
  await settle();
  expect(api.open.size).toBe(1);
  objects.release('b');
  await settle();
  expect(api.open.size).toBe(0);
});

test('a pod that names another object lets the first one go', async () => {
  const { api, objects } = setUp();
  objects.claim(podOf('a'));
  await settle();
  objects.claim(podOf('a', 'd'));
  await settle();
  expect(api.selectors).toEqual(['metadata.name=c', 'metadata.name=d']);
  expect(api.open.size).toBe(1);
  objects.stop();
});

test('what is watched is not asked for; every user hears of a change', async () => {
  const { api, objects, changed } = setUp();
  api.put('1', { data: { k: '1' } });
  objects.claim(podOf('a'));
  objects.claim(podOf('b'));
  await settle();
  expect((await objects.configMap('default', 'c')).data).toEqual({ k: '1' });
  changed.length = 0;
  api.put('2', { data: { k: '2' } });
  await settle();
  expect(changed).toEqual(['a', 'b']);
  expect((await objects.configMap('default', 'c')).data).toEqual({ k: '2' });
  expect(api.gets).toBe(0);
  objects.stop();
});

test('what is missing appears, and goes again', async () => {
  const { api, objects, changed } = setUp();
  objects.claim(podOf('a'));
  await settle();
  await expect(objects.configMap('default', 'c')).rejects.toMatchObject({ status: { reason: 'NotFound' } });
  api.put('1');
  await settle();
  await expect(objects.configMap('default', 'c')).resolves.toMatchObject({ metadata: { resourceVersion: '1' } });
  api.remove();
  await settle();
  await expect(objects.configMap('default', 'c')).rejects.toMatchObject({ status: { reason: 'NotFound' } });
  expect(changed).toEqual(['a', 'a', 'a']);
  objects.stop();
});

test('an immutable object is not watched, but known', async () => {
  const { api, objects } = setUp();
  api.put('1', { immutable: true });
  objects.claim(podOf('a'));
  await settle();
  expect(api.open.size).toBe(0);
  await expect(objects.configMap('default', 'c')).resolves.toMatchObject({ immutable: true });
  expect(api.gets).toBe(0);
});

test('what no pod has claimed is asked for', async () => {
  const { api, objects } = setUp();
  api.put('1');
  await Promise.all([objects.configMap('default', 'c'), objects.configMap('default', 'c')]);
  expect(api.gets).toBe(1);
  expect(api.selectors).toEqual([]);
});
