import { createInterface } from 'node:readline';
import type { Target } from '../bench-api/target';
import { Problem } from '../problem';

export interface WatchedObjects {
  readonly count: number;
  /** Settles when enough objects count, or the watch fails. */
  readonly done: Promise<void>;
  stop(): void;
}

interface Wanted<T> {
  /** What to watch, and what of it: path and query. */
  readonly path: string;
  readonly count: number;
  readonly counts: (object: T) => boolean;
}

/** Pods of a namespace with a node. A pod enters the watch when it gets one. */
export const boundPods = (namespace: string, count: number): Wanted<unknown> => ({
  path: `/api/v1/namespaces/${namespace}/pods?watch=1&fieldSelector=${encodeURIComponent('spec.nodeName!=')}`,
  count,
  counts: () => true,
});

/** Watches until so many objects, by name, have counted once. */
export async function watchObjects<T>(target: Target, { path, count, counts }: Wanted<T>): Promise<WatchedObjects> {
  const agent = target.newAgent();
  const response = await target.open(path, agent);
  if (response.statusCode !== 200) throw new Problem(`The server answers a watch with ${response.statusCode}.`, 'Use a server and a token that may do everything.');
  const names = new Set<string>();
  const done = new Promise<void>((resolve, reject) => {
    const lines = createInterface({ input: response });
    lines.on('line', (line) => {
      const event = JSON.parse(line) as { type: string; object: T & { metadata?: { name?: string } } };
      if (event.type === 'ERROR') return reject(new Error(`the watch failed: ${line}`));
      if (event.type !== 'DELETED' && counts(event.object)) names.add(event.object.metadata?.name ?? '');
      if (names.size >= count) resolve();
    });
    lines.on('close', () => reject(new Error(`the watch ended after ${names.size} of ${count}`)));
    response.on('error', reject);
  });
  // Whoever stops earlier does not wait for it.
  done.catch(() => undefined);
  return {
    get count() {
      return names.size;
    },
    done,
    stop: () => {
      response.destroy();
      agent.destroy();
    },
  };
}
