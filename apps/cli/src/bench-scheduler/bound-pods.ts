import { createInterface } from 'node:readline';
import type { Target } from '../bench-api/target';
import { Problem } from '../problem';

export interface BoundPods {
  readonly count: number;
  /** Settles when all have a node, or the watch fails. */
  readonly done: Promise<void>;
  stop(): void;
}

/** Watches pods of a namespace until `wanted` of them have a node. A pod enters the watch when it gets one. */
export async function watchBoundPods(target: Target, namespace: string, wanted: number): Promise<BoundPods> {
  const agent = target.newAgent();
  const response = await target.open(`/api/v1/namespaces/${namespace}/pods?watch=1&fieldSelector=${encodeURIComponent('spec.nodeName!=')}`, agent);
  if (response.statusCode !== 200) throw new Problem(`The server answers a watch with ${response.statusCode}.`, 'Use a server and a token that may do everything.');
  const names = new Set<string>();
  const done = new Promise<void>((resolve, reject) => {
    const lines = createInterface({ input: response });
    lines.on('line', (line) => {
      const event = JSON.parse(line) as { type: string; object: { metadata?: { name?: string } } };
      if (event.type === 'ERROR') return reject(new Error(`the watch of pods failed: ${line}`));
      if (event.type !== 'DELETED') names.add(event.object.metadata?.name ?? '');
      if (names.size >= wanted) resolve();
    });
    lines.on('close', () => reject(new Error(`the watch ended after ${names.size} of ${wanted} pods`)));
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
