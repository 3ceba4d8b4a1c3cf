import type { V1Namespace, V1Secret } from '@kubernetes/client-node';

/** On a source: where it is wanted; names with commas between, or `*`. */
export const targetsAnnotation = 'mirror.example.com/namespaces';

/** On a copy: `namespace/name` of its source. */
export const sourceAnnotation = 'mirror.example.com/source';

export const keyOf = ({ metadata }: V1Secret): string => `${metadata?.namespace}/${metadata?.name}`;

/** The namespaces that should have a copy: those named that exist and are not about to go, never the source's own. */
export function targetsOf(source: V1Secret, namespaces: readonly V1Namespace[]): string[] {
  const wanted = source.metadata?.annotations?.[targetsAnnotation]?.split(',').map((name) => name.trim()) ?? [];
  return namespaces
    .filter(({ metadata }) => !metadata?.deletionTimestamp)
    .map(({ metadata }) => metadata?.name ?? '')
    .filter((name) => name !== source.metadata?.namespace && (wanted.includes('*') || wanted.includes(name)));
}

export const copyOf = (source: V1Secret, namespace: string): V1Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: source.metadata?.name ?? '', namespace, annotations: { [sourceAnnotation]: keyOf(source) } },
  ...(source.type ? { type: source.type } : {}),
  ...(source.data ? { data: source.data } : {}),
});

export const isCopyOf = (secret: V1Secret, source: string): boolean => secret.metadata?.annotations?.[sourceAnnotation] === source;

/** Whether the copy carries what it should. */
export function isUpToDate(present: V1Secret, wanted: V1Secret): boolean {
  const entries = (secret: V1Secret): string => JSON.stringify(Object.entries(secret.data ?? {}).sort());
  return entries(present) === entries(wanted);
}
