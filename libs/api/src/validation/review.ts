import { fieldError, type FieldError } from '@typernetes/machinery';
import type { LocalSubjectAccessReview, SelfSubjectAccessReview, SubjectAccessReview } from '../generated/types';

type Attributes = Pick<NonNullable<SubjectAccessReview['spec']>, 'nonResourceAttributes' | 'resourceAttributes'>;

/** The question is about a resource or about a path, one of them. */
function checkAttributes({ resourceAttributes, nonResourceAttributes }: Attributes): FieldError[] {
  if (resourceAttributes && nonResourceAttributes) {
    return [fieldError.invalid('spec.nonResourceAttributes', nonResourceAttributes, 'cannot be specified in combination with resourceAttributes')];
  }
  if (resourceAttributes || nonResourceAttributes) return [];
  return [fieldError.invalid('spec.resourceAttributes', undefined, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')];
}

export function validateSubjectAccessReviewCreate({ spec = {} }: SubjectAccessReview): FieldError[] {
  const out = checkAttributes(spec);
  if (!spec.user && !spec.groups?.length) out.push(fieldError.invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified'));
  return out;
}

export function validateSelfSubjectAccessReviewCreate({ spec = {} }: SelfSubjectAccessReview): FieldError[] {
  return checkAttributes(spec);
}

export function validateLocalSubjectAccessReviewCreate(review: LocalSubjectAccessReview): FieldError[] {
  const out = validateSubjectAccessReviewCreate(review);
  const { resourceAttributes, nonResourceAttributes } = review.spec ?? {};
  const namespace = resourceAttributes?.namespace ?? '';
  if (resourceAttributes && namespace !== (review.metadata?.namespace ?? '')) {
    out.push(fieldError.invalid('spec.resourceAttributes.namespace', namespace, 'must match metadata.namespace'));
  }
  if (nonResourceAttributes) {
    out.push(fieldError.invalid('spec.nonResourceAttributes', nonResourceAttributes, 'disallowed on this kind of request'));
  }
  return out;
}
