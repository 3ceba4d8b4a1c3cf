import { ClusterCache } from '../cache/cluster-cache';
import { podInfoOf } from '../framework/pod-info';
import { imageLocality } from './image-locality';

const MB = 1024 * 1024;

/** Nodes by name with the sizes of their images, in megabytes. */
function cluster(nodes: Record<string, Record<string, number>>): ClusterCache {
  const cache = new ClusterCache();
  for (const [name, images] of Object.entries(nodes)) {
    cache.setNode({ metadata: { name }, status: { images: Object.entries(images).map(([image, size]) => ({ names: [image], sizeBytes: size * MB })) } });
  }
  return cache;
}

function scores(cache: ClusterCache, ...images: string[]): (number | undefined)[] {
  const pod = podInfoOf({ metadata: { uid: 'p', name: 'p', namespace: 'default' }, spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })) } });
  const scorer = imageLocality.prepareScore?.(pod, cache, cache.nodes);
  return cache.nodes.map((node) => scorer?.score(node));
}

test('the more of the images is there the better, weighed by how many nodes have them', () => {
  const cache = cluster({ a: { 'app:1': 1000 }, b: { 'app:1': 1000 }, c: {}, d: {} });
  expect(scores(cache, 'app:1')).toEqual([48, 48, 0, 0]);
});

test('small images do not matter, and images that nobody has give no scores', () => {
  const cache = cluster({ a: { 'app:latest': 20 }, b: {} });
  expect(scores(cache, 'app')).toEqual([0, 0]);
  expect(scores(cache, 'other')).toEqual([undefined, undefined]);
});

test('what nodes have is kept count of', () => {
  const cache = cluster({ a: { 'app:1': 1000 }, b: { 'app:1': 1000 } });
  expect(cache.nodesWithImage('app:1')).toBe(2);
  cache.setNode({ metadata: { name: 'b' }, status: { images: [{ names: ['db:1', 'db:2'], sizeBytes: MB }] } });
  cache.deleteNode('a');
  expect(['app:1', 'db:1', 'db:2'].map((image) => cache.nodesWithImage(image))).toEqual([0, 1, 1]);
});
