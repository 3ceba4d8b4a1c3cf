import type { PersistentVolumeClaim, Pod } from '@typernetes/api';
import { controllerReference } from '@typernetes/machinery';

/** The claims that are made for a pod's generic ephemeral volumes (KEP-1698), by volume name. */
export function ephemeralClaims(pod: Pod): { volume: string; claim: PersistentVolumeClaim }[] {
  return (pod.spec?.volumes ?? []).flatMap(({ name, ephemeral }) => {
    const template = ephemeral?.volumeClaimTemplate;
    if (!template) return [];
    const { labels, annotations } = template.metadata ?? {};
    const metadata = {
      name: `${pod.metadata?.name}-${name}`,
      namespace: pod.metadata?.namespace,
      labels,
      annotations,
      ownerReferences: [controllerReference(pod, { apiVersion: 'v1', kind: 'Pod' })],
    };
    return [{ volume: name, claim: { metadata, spec: template.spec } }];
  });
}
