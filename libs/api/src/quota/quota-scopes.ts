import { qosClass, type KubernetesObject } from '@typernetes/machinery';
import type { PersistentVolumeClaim, Pod, ResourceQuota, ScopedResourceSelectorRequirement } from '../generated/types';

/** Scopes of a quota: which pods (or claims) it counts at all (API documentation "Resource Quotas"). */

const isTerminating = ({ spec }: Pod): boolean => (spec?.activeDeadlineSeconds ?? -1) >= 0;
const isBestEffort = (pod: Pod): boolean => qosClass(pod) === 'BestEffort';

/** Whether one of its affinity terms looks beyond the pod's own namespace. */
function crossesNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  const parts = [podAffinity, podAntiAffinity];
  const terms = parts.flatMap((part) => [
    ...(part?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(part?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some((term) => Boolean(term.namespaces?.length) || term.namespaceSelector !== undefined);
}

function matchesName({ operator, values = [] }: ScopedResourceSelectorRequirement, name: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return name !== undefined && values.includes(name);
    case 'NotIn':
      return name === undefined || !values.includes(name);
    case 'DoesNotExist':
      return !name;
    default:
      return Boolean(name);
  }
}

function matchesPod(requirement: ScopedResourceSelectorRequirement, pod: Pod): boolean {
  switch (requirement.scopeName) {
    case 'Terminating':
      return isTerminating(pod);
    case 'NotTerminating':
      return !isTerminating(pod);
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return matchesName(requirement, pod.spec?.priorityClassName || undefined);
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(pod);
    default:
      return false;
  }
}

function matchesClaim(requirement: ScopedResourceSelectorRequirement, { spec }: PersistentVolumeClaim): boolean {
  return requirement.scopeName === 'VolumeAttributesClass' && matchesName(requirement, spec?.volumeAttributesClassName || undefined);
}

/** Whether a quota's scopes, all of them, take the object in. Kinds without scopes of their own are only in quotas without any. */
export function isInScope({ spec }: ResourceQuota, resource: string, object: KubernetesObject): boolean {
  const scopes = (spec?.scopes ?? []).map((scopeName): ScopedResourceSelectorRequirement => ({ scopeName, operator: 'Exists' }));
  const requirements = [...scopes, ...(spec?.scopeSelector?.matchExpressions ?? [])];
  if (!requirements.length) return true;
  if (resource === 'pods') return requirements.every((requirement) => matchesPod(requirement, object as Pod));
  return resource === 'persistentvolumeclaims' && requirements.every((requirement) => matchesClaim(requirement, object as PersistentVolumeClaim));
}

