import type { KubernetesObject } from '@typernetes/machinery';
import { openEtcdStorage } from '@typernetes/storage';

/** A change of an object, as the store has it: nobody but the store is asked. */
export interface Change {
  readonly revision: number;
  readonly name: string;
  /** Absent: it was deleted. */
  readonly object?: KubernetesObject & { readonly data?: Readonly<Record<string, string>> };
}

/** All changes below a prefix, from the beginning to now. */
export async function readHistory(endpoint: string, prefix: string): Promise<readonly Change[]> {
  const storage = await openEtcdStorage({ endpoints: [endpoint] });
  const last = await storage.revision();
  const changes: Change[] = [];
  await new Promise<void>((resolve, reject) => {
    const finish = (revision: number): void => void (revision >= last && resolve());
    const watch = storage.watch(prefix, 0, {
      onEvents: (events, revision) => {
        for (const event of events) {
          const name = event.key.slice(prefix.length);
          changes.push(event.type === 'put' ? { revision: event.revision, name, object: JSON.parse(event.value.toString()) as KubernetesObject } : { revision: event.revision, name });
        }
        finish(revision);
        watch.requestProgress();
      },
      onProgress: finish,
      onError: reject,
    });
    watch.requestProgress();
  });
  await storage.close();
  return changes;
}

/** Name and revision of every object at a revision. */
export function stateAt(history: readonly Change[], revision: number, side?: string): Map<string, number> {
  const state = new Map<string, number>();
  for (const change of history) {
    if (change.revision > revision) break;
    if (change.object && isOn(change, side)) state.set(change.name, change.revision);
    else state.delete(change.name);
  }
  return state;
}

const isOn = ({ object }: Change, side: string | undefined): boolean => side === undefined || object?.metadata?.labels?.['side'] === side;

/** What a watcher from a revision on must see, one line for each event; of those whose label `side` is that, if any. */
export function eventsAfter(history: readonly Change[], from: number, side?: string): string[] {
  const shown = stateAt(history, from, side);
  const lines: string[] = [];
  for (const change of history) {
    if (change.revision <= from) continue;
    const [was, is] = [shown.has(change.name), change.object !== undefined && isOn(change, side)];
    if (was || is) lines.push(`${is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED'} ${change.name} ${change.revision}`);
    if (is) shown.set(change.name, change.revision);
    else shown.delete(change.name);
  }
  return lines;
}
