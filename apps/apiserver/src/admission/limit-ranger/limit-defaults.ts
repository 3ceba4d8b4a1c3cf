import type { Container, LimitRangeItem, Pod } from '@typernetes/api';

const annotation = 'kubernetes.io/limit-ranger';

/** Gives containers that say nothing the defaults of the range, and notes what it gave. Changes `pod`. */
export function defaultLimits(items: readonly LimitRangeItem[], pod: Pod): void {
  const ofContainers = items.filter(({ type }) => type === 'Container');
  const requests = Object.assign({}, ...ofContainers.map(({ defaultRequest }) => defaultRequest)) as Record<string, string>;
  const limits = Object.assign({}, ...ofContainers.map((item) => item.default)) as Record<string, string>;
  const notes = [
    ...(pod.spec?.containers ?? []).flatMap((container) => fill(container, { requests, limits }, 'container')),
    ...(pod.spec?.initContainers ?? []).flatMap((container) => fill(container, { requests, limits }, 'init container')),
  ];
  if (!notes.length) return;
  pod.metadata = { ...pod.metadata, annotations: { ...pod.metadata?.annotations, [annotation]: `LimitRanger plugin set: ${notes.join('; ')}` } };
}

function fill(container: Container, defaults: { requests: Record<string, string>; limits: Record<string, string> }, what: string): string[] {
  const notes: string[] = [];
  for (const part of ['requests', 'limits'] as const) {
    const missing = Object.entries(defaults[part]).filter(([name]) => container.resources?.[part]?.[name] === undefined);
    if (!missing.length) continue;
    const filled = Object.fromEntries(missing);
    container.resources = { ...container.resources, [part]: { ...container.resources?.[part], ...filled } };
    const names = missing.map(([name]) => name).sort();
    notes.push(`${names.join(', ')} ${part === 'requests' ? 'request' : 'limit'} for ${what} ${container.name}`);
  }
  return notes;
}
