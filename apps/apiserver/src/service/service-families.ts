import type { Service } from '@typernetes/api';
import { fieldError, type FieldError } from '@typernetes/machinery';

type Spec = NonNullable<Service['spec']>;

export const isHeadless = (spec: Spec): boolean => spec.clusterIP === 'None';

/** Families and policy of a Service on a cluster with IPv4 alone: completes what was left out. */
export function completeFamilies(spec: Spec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const errors: FieldError[] = [];
  spec.ipFamilies?.forEach((family, i) => {
    if (family !== 'IPv4' && !isWithoutSelector(spec)) errors.push(fieldError.invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster'));
  });
  if (spec.ipFamilyPolicy === 'RequireDualStack' && !isWithoutSelector(spec)) {
    errors.push(fieldError.invalid('spec.ipFamilyPolicy', 'RequireDualStack', 'this cluster is not configured for dual-stack services'));
  }
  if (errors.length > 0) return errors;
  // Endpoints of a headless Service without selector are somebody's own and may be of either family.
  const dual = isWithoutSelector(spec) && (spec.ipFamilyPolicy === undefined || spec.ipFamilyPolicy !== 'SingleStack');
  spec.ipFamilyPolicy ??= dual ? 'RequireDualStack' : 'SingleStack';
  if (!spec.ipFamilies?.length) spec.ipFamilies = dual ? ['IPv4', 'IPv6'] : ['IPv4'];
  return [];
}

const isWithoutSelector = (spec: Spec): boolean => isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;
