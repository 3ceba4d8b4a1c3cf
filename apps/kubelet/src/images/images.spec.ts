import { silentLogger } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import { BackOff } from '../pod/back-off';
import type { CriClient } from '../runtime/cri-client';
import { imageMethods, runtimeMethods } from '../runtime/cri-client';
import { container, pod } from '../testing/builders';
import { ImageGarbageCollector, imagesToRemove } from './image-gc';
import { ImagePuller, isValidImageName } from './image-puller';
import { authsOf, registryOf } from './pull-secrets';

test.each([
  ['nginx', true], ['nginx:1.27', true], ['docker.io/library/nginx', true], ['localhost:5000/a/b:v1', true], ['a@sha256:' + '0'.repeat(64), true],
  ['Nginx', false], ['nginx:', false], ['', false], ['a b', false], ['http://x/y', false],
])('image name %s: %s', (name, expected) => expect(isValidImageName(name)).toBe(expected));

test.each([['nginx', 'index.docker.io'], ['quay.io/a/b', 'quay.io'], ['localhost/a', 'localhost'], ['a/b', 'index.docker.io']])('%s comes from %s', (image, registry) =>
  expect(registryOf(image)).toBe(registry));

test('credentials of the image alone', () => {
  const text = JSON.stringify({ auths: { 'https://index.docker.io/v1/': { username: 'u', password: 'p' }, 'quay.io': { auth: 'xyz' } } });
  expect(authsOf(text, 'nginx').map(({ username }) => username)).toEqual(['u']);
  expect(authsOf(text, 'quay.io/a/b').map(({ auth }) => auth)).toEqual(['xyz']);
});

test('the image that was used longest ago goes first', () => {
  const unused = [{ id: 'new', bytes: 10, lastUsedMs: 9 }, { id: 'old', bytes: 10, lastUsedMs: 1 }, { id: 'mid', bytes: 10, lastUsedMs: 5 }];
  expect(imagesToRemove(unused, 15)).toEqual(['old', 'mid']);
});

describe('a pull', () => {
  const image = cri.Image.create({ id: 'sha256:1', size: 12n });
  /** A runtime that has the image once one of the right credentials was shown. */
  const setUp = (password: string): { puller: ImagePuller; shown: (string | undefined)[]; events: string[]; ensure: (policy: string) => Promise<unknown>; time: { nowMs: number }; load: () => void } => {
    const shown: (string | undefined)[] = [];
    const events: string[] = [];
    let isThere = false;
    const runtime = {
      call: async (method: unknown, request: cri.PullImageRequest) => {
        if (method === imageMethods.imageStatus) return { image: isThere ? image : undefined };
        shown.push(request.auth?.password);
        if (request.auth?.password !== password) throw new Error('2 UNKNOWN: unauthorized');
        isThere = true;
        return { imageRef: image.id };
      },
    } as unknown as CriClient;
    const time = { nowMs: 0 };
    const clock = { now: () => time.nowMs, monotonic: () => 0 } as Clock;
    const puller = new ImagePuller(runtime, clock, new BackOff());
    const auths = ['wrong', 'right'].map((word) => cri.AuthConfig.fromPartial({ username: 'u', password: word }));
    const ensure = (policy: string): Promise<unknown> =>
      puller.ensure({
        pod: pod(), container: container('main', { image: 'quay.io/a/b:1', imagePullPolicy: policy }), sandboxConfig: cri.PodSandboxConfig.create(), auths,
        report: (_type, reason, message) => events.push(`${reason}: ${message}`), signal: new AbortController().signal,
      });
    return { puller, shown, events, ensure, time, load: () => (isThere = true) };
  };

  test('shows one credential after the other until one is right', async () => {
    const { shown, events, ensure } = setUp('right');
    await ensure('IfNotPresent');
    expect(shown).toEqual(['wrong', 'right']);
    expect(events).toEqual(['Pulling: Pulling image "quay.io/a/b:1"', 'Pulled: Successfully pulled image "quay.io/a/b:1" in 0.000s (0.000s including waiting). Image size: 12 bytes.']);
    await ensure('IfNotPresent');
    expect(events.at(-1)).toBe('Pulled: Container image "quay.io/a/b:1" already present on machine and can be accessed by the pod');
    expect(shown).toHaveLength(2);
  });

  test('that is refused is tried again after a pause', async () => {
    const { events, ensure } = setUp('none');
    await expect(ensure('Always')).rejects.toMatchObject({ reason: 'ErrImagePull', message: 'unauthorized' });
    await expect(ensure('Always')).rejects.toMatchObject({ reason: 'ImagePullBackOff', message: 'Back-off pulling image "quay.io/a/b:1": ErrImagePull: unauthorized', retryAfterMs: 10_000 });
    expect(events).toContain('Failed: Failed to pull image "quay.io/a/b:1": unauthorized');
    expect(events).toContain('BackOff: Back-off pulling image "quay.io/a/b:1"');
  });

  test('during a long pause it is looked whether the image has come by another way', async () => {
    const { ensure, time, load } = setUp('none');
    await expect(ensure('IfNotPresent')).rejects.toMatchObject({ reason: 'ErrImagePull' });
    time.nowMs = 10_000;
    await expect(ensure('IfNotPresent')).rejects.toMatchObject({ reason: 'ErrImagePull' });
    await expect(ensure('IfNotPresent')).rejects.toMatchObject({ reason: 'ImagePullBackOff', retryAfterMs: 10_000 });
    time.nowMs = 20_000;
    load();
    expect(await ensure('IfNotPresent')).toBe(image);
  });

  test('that is not wanted is not made', async () => {
    await expect(setUp('right').ensure('Never')).rejects.toMatchObject({ reason: 'ErrImageNeverPull', message: 'Container image "quay.io/a/b:1" is not present with pull policy of Never' });
  });
});

test('a disk that is too full loses images that nothing uses and that are old enough', async () => {
  let nowMs = 0;
  const removed: string[] = [];
  const runtime = {
    call: async (method: unknown, request: cri.RemoveImageRequest) => {
      if (method === imageMethods.listImages) return { images: [{ id: 'used', size: 1n }, { id: 'old', size: 1n }, { id: 'pinned', size: 1n, pinned: true }, ...(nowMs > 0 ? [{ id: 'young', size: 1n }] : [])] };
      if (method === runtimeMethods.listContainers) return { containers: [{ imageId: 'used' }] };
      if (method === imageMethods.imageFsInfo) return { imageFilesystems: [{ fsId: { mountpoint: '/' } }] };
      removed.push(request.image?.image ?? '');
      return {};
    },
  } as unknown as CriClient;
  const clock = { now: () => nowMs } as Clock;
  const collector = (highPercent: number): ImageGarbageCollector => new ImageGarbageCollector({ cri: runtime, clock, logger: silentLogger, volumeImages: () => [], highPercent, lowPercent: 0 });
  const full = collector(0);
  await full.run();
  expect(removed).toEqual([]);
  nowMs = 121_000;
  await collector(101).run();
  await full.run();
  expect(removed).toEqual(['old']);
});
