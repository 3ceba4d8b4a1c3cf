import type { Deployment, ReplicaSet } from '@typernetes/api';
import { controllerReference } from '@typernetes/machinery';
import { hashOf } from '../controller-revisions/template-hash';
import { hashLabel } from './replica-sets';
import { newestAnnotations, sizeAnnotations } from './revisions';
import { newestSize } from './rolling-update';
import { boundsOf } from './rollout-bounds';

export const deploymentGvk = { apiVersion: 'apps/v1', kind: 'Deployment' } as const;

/**
 * The ReplicaSet of the present template. Its hash is our own: upstream's is one of Go's print of the template, which
 * nothing but Go can make. Alphabet and place are upstream's.
 *
 * @param old those of other templates, which leave it as much room as the surge allows
 */
export function newReplicaSet(deployment: Deployment, old: readonly ReplicaSet[], revision: number): ReplicaSet {
  const { metadata, spec, status } = deployment;
  const hash = hashOf(spec?.template, status?.collisionCount);
  const bounds = boundsOf(deployment);
  const labels = { ...spec?.template.metadata?.labels, [hashLabel]: hash };
  return {
    metadata: {
      name: `${metadata?.name}-${hash}`,
      namespace: metadata?.namespace,
      labels,
      annotations: { ...newestAnnotations(deployment, {}, revision), ...sizeAnnotations(bounds) },
      ownerReferences: [controllerReference(deployment, deploymentGvk)],
    },
    spec: {
      replicas: newestSize(0, old, bounds),
      minReadySeconds: spec?.minReadySeconds,
      selector: { ...spec?.selector, matchLabels: { ...spec?.selector.matchLabels, [hashLabel]: hash } },
      template: { ...spec?.template, metadata: { ...spec?.template.metadata, labels } },
    },
  };
}
