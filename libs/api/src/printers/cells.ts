import type { KubernetesObject } from '@typernetes/machinery';
import { humanDuration, parseTime } from '@typernetes/machinery';
import type { Column } from '../kind';

type ColumnText = string | { name: string; type?: Column['type']; wide?: boolean };

/** Column definitions from names: strings, shown always, unless said otherwise. `Name` is marked as the name. */
export function columns(kind: string, texts: readonly ColumnText[]): Column[] {
  return texts.map((text) => {
    const { name, type = 'string', wide = false } = typeof text === 'string' ? { name: text } : text;
    const description = name === 'Name' ? 'Name must be unique within a namespace.' : `${name} of the ${kind}.`;
    return { name, type, format: name === 'Name' && !wide ? 'name' : '', description, priority: wide ? 1 : 0 };
  });
}

export const wide = (name: string): ColumnText => ({ name, wide: true });
export const integer = (name: string): ColumnText => ({ name, type: 'integer' });

/** How long ago, as ages are shown. */
export function since(time: string | undefined, nowMs: number): string {
  const at = time === undefined ? undefined : parseTime(time);
  return at === undefined ? '<unknown>' : humanDuration(nowMs - at);
}

export function age({ metadata }: KubernetesObject, nowMs: number): string {
  return since(metadata?.creationTimestamp, nowMs);
}

export function nameOf({ metadata }: KubernetesObject): string {
  return metadata?.name ?? '';
}

/** `a,b`, or `<none>`. */
export function listed(texts: readonly string[]): string {
  return texts.length ? texts.join(',') : '<none>';
}

/** Labels as `a=b,c=d`, sorted. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  return listed(Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`));
}
