import { createHash } from 'node:crypto';
import type { Pod } from '@typernetes/api';
import { defaultPod, dnsSubdomainName, validatePodCreate } from '@typernetes/api';
import { formatFieldError, formatTime } from '@typernetes/machinery';
import { parse as parseYaml } from 'yaml';

/** Annotations of a static pod and its mirror, as kubectl and the API know them. */
export const configAnnotations = {
  hash: 'kubernetes.io/config.hash',
  mirror: 'kubernetes.io/config.mirror',
  seen: 'kubernetes.io/config.seen',
  source: 'kubernetes.io/config.source',
} as const;

/** From a file of the node, not from the API. */
export const isStatic = (pod: Pod): boolean => pod.metadata?.annotations?.[configAnnotations.source] === 'file';

/** The API's picture of a static pod. */
export const isMirror = (pod: Pod): boolean => pod.metadata?.annotations?.[configAnnotations.mirror] !== undefined;

/** `namespace/name` */
export const keyOf = ({ metadata }: Pod): string => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;

/**
 * The pod of a manifest, as this node runs it: named after the node, with a uid that follows from its text, and
 * tolerating what would end it (task documentation "Create static Pods").
 * @throws Error when the text is no valid pod
 */
export function staticPodOf(text: string, { nodeName, nowMs }: { nodeName: string; nowMs: number }): Pod {
  const parsed: unknown = parseYaml(text);
  if (typeof parsed !== 'object' || parsed === null || (parsed as Pod).kind !== 'Pod' || (parsed as Pod).apiVersion !== 'v1') throw new Error('not a v1 Pod');
  const given = parsed as Pod;
  const uid = createHash('sha256').update(`${nodeName}\n${text}`).digest('hex').slice(0, 32);
  const pod: Pod = {
    ...given,
    metadata: {
      ...given.metadata,
      name: `${given.metadata?.name ?? ''}-${nodeName.toLowerCase()}`,
      namespace: given.metadata?.namespace || 'default',
      uid,
      annotations: { ...given.metadata?.annotations, [configAnnotations.hash]: uid, [configAnnotations.seen]: formatTime(nowMs), [configAnnotations.source]: 'file' },
    },
    spec: { ...given.spec, containers: given.spec?.containers ?? [], nodeName, tolerations: [...(given.spec?.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }] },
    status: { phase: 'Pending' },
  };
  defaultPod(pod);
  const errors = [...dnsSubdomainName(pod.metadata?.name ?? '', false), ...validatePodCreate(pod).map(formatFieldError)];
  if (errors.length > 0) throw new Error(errors.join(', '));
  return pod;
}

/** What the API shall show of it. */
export function mirrorOf(pod: Pod, node: { name: string; uid: string } | undefined): Pod {
  const { name, namespace, labels, annotations } = pod.metadata ?? {};
  const owner = node && { apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid, controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, [configAnnotations.mirror]: annotations?.[configAnnotations.hash] ?? '' },
      ...(owner ? { ownerReferences: [owner] } : {}),
    },
    spec: pod.spec,
  };
}

/** Whether the API's pod is a picture of this very pod. */
export const mirrors = (mirror: Pod, pod: Pod): boolean => mirror.metadata?.annotations?.[configAnnotations.mirror] === pod.metadata?.annotations?.[configAnnotations.hash];
