import type {
  LocalSubjectAccessReview, SelfSubjectAccessReview, SelfSubjectRulesReview, SubjectAccessReview, SubjectAccessReviewStatus,
} from '@typernetes/api';
import { apiErrors, type FieldError } from '@typernetes/machinery';
import { decide } from '../../pipeline/authorize';
import type { AuthorizationAttributes, Authorizer } from '../../pipeline/authorizer';
import type { SubresourceHandler, SubresourceHandlers } from '../../pipeline/subresource';
import type { UserInfo } from '../../pipeline/types';
import type { RbacIndex } from '../rbac/rbac-index';
import { nodeOfUser } from '../node/node-user';
import { attributesOf, subjectOf, validateQuestion, validateSubject } from './attributes';
import { rulesStatus } from './rules';

const apiVersion = 'authorization.k8s.io/v1';

async function answer(authorizers: readonly Authorizer[], user: UserInfo, attributes: AuthorizationAttributes): Promise<SubjectAccessReviewStatus> {
  const decision = await decide(authorizers, user, attributes);
  return {
    allowed: decision.type === 'allow',
    ...(decision.type === 'deny' ? { denied: true } : {}),
    ...(decision.reason ? { reason: decision.reason } : {}),
  };
}

function refuse(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw apiErrors.invalid({ group: 'authorization.k8s.io', resource: kind, name: '' }, errors);
}

/** May this user do that? */
const subjectHandler = (authorizers: readonly Authorizer[]): SubresourceHandler => ({
  call: async ({ body }) => {
    const { spec = {}, metadata = {} } = (body ?? {}) as SubjectAccessReview;
    refuse('SubjectAccessReview', validateSubject(spec));
    return Object.assign({ kind: 'SubjectAccessReview', apiVersion, metadata }, { spec, status: await answer(authorizers, subjectOf(spec), attributesOf(spec)) });
  },
});

/** May this user do that in this namespace? */
const localHandler = (authorizers: readonly Authorizer[]): SubresourceHandler => ({
  call: async ({ body, target }) => {
    const { spec = {}, metadata = {} } = (body ?? {}) as LocalSubjectAccessReview;
    refuse('LocalSubjectAccessReview', validateSubject(spec));
    if (spec.nonResourceAttributes || spec.resourceAttributes?.namespace !== target.namespace) {
      throw apiErrors.badRequest(`spec.resourceAttributes.namespace must match namespace: ${target.namespace}`);
    }
    return Object.assign({ kind: 'LocalSubjectAccessReview', apiVersion, metadata }, { spec, status: await answer(authorizers, subjectOf(spec), attributesOf(spec)) });
  },
});

/** May I do that? */
const selfHandler = (authorizers: readonly Authorizer[]): SubresourceHandler => ({
  call: async ({ body, user }) => {
    const { spec = {}, metadata = {} } = (body ?? {}) as SelfSubjectAccessReview;
    refuse('SelfSubjectAccessReview', validateQuestion(spec));
    return Object.assign({ kind: 'SelfSubjectAccessReview', apiVersion, metadata }, { spec, status: await answer(authorizers, user, attributesOf(spec)) });
  },
});

/** What may I do in this namespace? Only RBAC can tell; for nodes there is more that can't be listed. */
const selfRulesHandler = (rbac: RbacIndex): SubresourceHandler => ({
  call: ({ body, user }) => {
    const { spec, metadata = {} } = (body ?? {}) as SelfSubjectRulesReview;
    const namespace = spec?.namespace ?? '';
    if (namespace === '') throw apiErrors.badRequest('no namespace on request');
    const rules = [...rbac.rulesFor(user, namespace)].map(({ rule }) => rule);
    const status = rulesStatus(rules, nodeOfUser(user) ? 'node authorizer does not support user rule resolution' : undefined);
    return Promise.resolve(Object.assign({ kind: 'SelfSubjectRulesReview', apiVersion, metadata }, { spec: { namespace }, status }));
  },
});

/** The API's questions about what is allowed. */
export function accessReviewHandlers(authorizers: readonly Authorizer[], rbac: RbacIndex): SubresourceHandlers {
  return {
    'subjectaccessreviews.authorization.k8s.io': subjectHandler(authorizers),
    'localsubjectaccessreviews.authorization.k8s.io': localHandler(authorizers),
    'selfsubjectaccessreviews.authorization.k8s.io': selfHandler(authorizers),
    'selfsubjectrulesreviews.authorization.k8s.io': selfRulesHandler(rbac),
  };
}
