import { createRegistry, type KindDefinition } from '@typernetes/api';
import { WatchCache } from '@typernetes/storage';
import { bookmarkKinds } from './bookmark-kinds';

const registry = createRegistry();
const kind = (group: string, resource: string): KindDefinition => {
  const found = registry.lookup(group, 'v1', resource);
  if (!found) throw new Error(resource);
  return found;
};
const cache = (): WatchCache => new WatchCache({ keyPrefix: '/registry/', attributesOf: () => ({ labels: {}, fields: {} }) });

test('bookmarks are of the kind that is stored as it is shown, whatever the order', () => {
  const [events, pods] = [cache(), cache()];
  const stores = [{ cache: events, kind: kind('', 'events') }, { cache: events, kind: kind('events.k8s.io', 'events') }, { cache: pods, kind: kind('', 'pods') }];
  for (const order of [stores, [...stores].reverse()]) {
    const kinds = bookmarkKinds(order);
    expect([kinds.get(events)?.group, kinds.get(pods)?.resource, kinds.size]).toEqual(['', 'pods', 2]);
  }
  const own = { ...kind('events.k8s.io', 'events'), group: 'example.com' };
  expect(bookmarkKinds([{ cache: pods, kind: own }]).get(pods)?.group).toBe('example.com');
});
