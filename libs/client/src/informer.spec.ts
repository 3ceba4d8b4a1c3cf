import type { Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { silentLogger } from '@typernetes/component';
import { SimulatedClock, apiErrors, seededRandom } from '@typernetes/machinery';
import type { ApiError, KubernetesObject } from '@typernetes/machinery';
import type { ApiClient, ResourceClient, WatchEvent } from './api-client';
import { InformerFactory } from './informer-factory';

const pod = (name: string, resourceVersion: string): Pod => ({ metadata: { name, namespace: 'default', resourceVersion } });

/** What a scripted server answers: one list, or one watch that sends batches and then ends or fails. */
type Answer = { list: Pod[]; resourceVersion: string } | { watch: WatchEvent<Pod>[][]; error?: ApiError };

/** Plays answers in order; then waits for ever. Records from which revision each watch began. */
function scripted(answers: Answer[]): { client: ApiClient; watchedFrom: (string | undefined)[]; played: Promise<void> } {
  const watchedFrom: (string | undefined)[] = [];
  let done: () => void = () => {};
  const played = new Promise<void>((resolve) => (done = resolve));
  const pods: Pick<ResourceClient<Pod>, 'list' | 'watch'> = {
    list: () => {
      const answer = answers.shift();
      if (!answer || !('list' in answer)) throw new Error('nobody expected a list');
      return Promise.resolve({ metadata: { resourceVersion: answer.resourceVersion }, items: answer.list });
    },
    async *watch({ resourceVersion, signal } = {}) {
      const answer = answers[0];
      if (!answer) {
        done();
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
        return;
      }
      if (!('watch' in answer)) throw new Error('nobody expected a watch');
      answers.shift();
      watchedFrom.push(resourceVersion);
      yield* answer.watch;
      if (answer.error) throw answer.error;
    },
  };
  const client: ApiClient = { resource: <T extends KubernetesObject>() => pods as unknown as ResourceClient<T>, close: () => {} };
  return { client, watchedFrom, played };
}

async function play(answers: Answer[]): Promise<{ log: string[]; known: string[]; watchedFrom: (string | undefined)[] }> {
  const clock = new SimulatedClock();
  const { client, watchedFrom, played } = scripted(answers);
  const factory = new InformerFactory({ client, clock, random: seededRandom(1), logger: silentLogger });
  const log: string[] = [];
  const informer = factory.informer(resources.pods);
  informer.onChange({
    added: ({ metadata }) => log.push(`+${metadata?.name}`),
    updated: ({ metadata }) => log.push(`~${metadata?.name}`),
    deleted: ({ metadata }) => log.push(`-${metadata?.name}`),
  });
  const end = new AbortController();
  factory.start(end.signal);
  let ended = false;
  void played.then(() => (ended = true));
  while (!ended) await clock.advance(1000);
  const known = informer.list().map(({ metadata }) => metadata?.name ?? '');
  end.abort();
  return { log, known, watchedFrom };
}

describe('informer', () => {
  test('lists, then follows; a bookmark moves the revision', async () => {
    const { log, known, watchedFrom } = await play([
      { list: [pod('a', '1')], resourceVersion: '5' },
      { watch: [[{ type: 'ADDED', object: pod('b', '6') }, { type: 'MODIFIED', object: pod('a', '7') }], [{ type: 'DELETED', object: pod('b', '8') }], [{ type: 'BOOKMARK', object: { metadata: { resourceVersion: '20' } } }]] },
      { watch: [] },
    ]);
    expect(log).toEqual(['+a', '+b', '~a', '-b']);
    expect(known).toEqual(['a']);
    expect(watchedFrom).toEqual(['5', '20']);
  });

  test('a lost watch resumes where it was', async () => {
    const { watchedFrom, log } = await play([
      { list: [], resourceVersion: '5' },
      { watch: [[{ type: 'ADDED', object: pod('a', '6') }]], error: apiErrors.serviceUnavailable('gone') },
      { watch: [] },
    ]);
    expect(watchedFrom).toEqual(['5', '6']);
    expect(log).toEqual(['+a']);
  });

  test('after 410 it lists anew and tells only what differs', async () => {
    const { log, watchedFrom } = await play([
      { list: [pod('a', '1'), pod('b', '2')], resourceVersion: '5' },
      { watch: [], error: apiErrors.expired('too old resource version') },
      { list: [pod('a', '1'), pod('c', '9')], resourceVersion: '10' },
      { watch: [] },
    ]);
    expect(log).toEqual(['+a', '+b', '+c', '-b']);
    expect(watchedFrom).toEqual(['5', '10']);
  });

  test('handlers that come late hear of everything that is there', async () => {
    const clock = new SimulatedClock();
    const { client } = scripted([{ list: [pod('a', '1')], resourceVersion: '5' }]);
    const factory = new InformerFactory({ client, clock, random: seededRandom(1), logger: silentLogger });
    const end = new AbortController();
    factory.start(end.signal);
    const informer = factory.informer(resources.pods);
    expect(factory.informer(resources.pods)).toBe(informer);
    await informer.whenSynced();
    const heard: string[] = [];
    informer.onChange({ added: ({ metadata }) => heard.push(metadata?.name ?? '') });
    expect(heard).toEqual(['a']);
    end.abort();
  });
});
