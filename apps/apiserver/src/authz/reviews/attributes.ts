import type { SubjectAccessReviewSpec } from '@typernetes/api';
import { fieldError, type FieldError } from '@typernetes/machinery';
import type { AuthorizationAttributes } from '../../pipeline/authorizer';
import type { UserInfo } from '../../pipeline/types';

type Question = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>;

/** What is wrong with a question (authorization/v1). */
export function validateQuestion({ resourceAttributes, nonResourceAttributes }: Question): FieldError[] {
  if (resourceAttributes && nonResourceAttributes) {
    return [fieldError.invalid('spec.nonResourceAttributes', nonResourceAttributes, 'cannot be specified in combination with resourceAttributes')];
  }
  if (resourceAttributes || nonResourceAttributes) return [];
  return [fieldError.invalid('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')];
}

/** As `validateQuestion`, and somebody must be asked about. */
export function validateSubject(spec: SubjectAccessReviewSpec): FieldError[] {
  if (spec.user || spec.groups?.length) return validateQuestion(spec);
  return [fieldError.invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified'), ...validateQuestion(spec)];
}

/** The question as authorisers take it. */
export function attributesOf({ resourceAttributes, nonResourceAttributes }: Question): AuthorizationAttributes {
  if (!resourceAttributes) return { type: 'path', verb: nonResourceAttributes?.verb ?? '', path: nonResourceAttributes?.path ?? '' };
  const { verb = '', group = '', version = '', resource = '', subresource = '', namespace = '', name = '', fieldSelector } = resourceAttributes;
  return { type: 'resource', verb, group, version, resource, subresource, namespace, name, ...(fieldSelector?.rawSelector ? { fieldSelector: fieldSelector.rawSelector } : {}) };
}

export const subjectOf = ({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): UserInfo => ({
  name: user,
  groups,
  ...(uid ? { uid } : {}),
  ...(extra ? { extra } : {}),
});
