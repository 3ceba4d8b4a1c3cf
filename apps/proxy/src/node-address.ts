import type { Node } from '@typernetes/api';
import type { Informer } from '@typernetes/client';
import type { Logger } from '@typernetes/component';
import type { Clock } from '@typernetes/machinery';
import { nodeView } from './model/nodes';

interface Waiting {
  clock: Clock;
  logger: Logger;
  signal?: AbortSignal;
}

const reminderMs = 10_000;

/** The InternalIP of a Node, as soon as its kubelet has registered it. */
export async function internalIPOf(nodeName: string, nodes: Informer<Node>, { clock, logger, signal }: Waiting): Promise<string> {
  const look = (): string => nodes.list().map(nodeView).find(({ name }) => name === nodeName)?.internalIP ?? '';
  const known = look();
  if (known) return known;
  logger.info({ nodeName }, 'waiting for the Node and its InternalIP');
  const cancel = clock.every(reminderMs, () => logger.warn({ nodeName }, 'still waiting for the Node and its InternalIP'));
  try {
    return await new Promise<string>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      const check = (): void => {
        const address = look();
        if (address) resolve(address);
      };
      nodes.onChange({ added: check, updated: check });
    });
  } finally {
    cancel();
  }
}
