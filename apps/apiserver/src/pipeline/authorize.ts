import { apiErrors, FieldSelectorError, failure, parseFieldSelector } from '@typernetes/machinery';
import type { AuthorizationAttributes, Authorizer, Decision } from './authorizer';
import type { ApiRequest } from './request';
import type { UserInfo } from './types';

/** The one name that a list or watch asks for: to those who decide it is as good as a name in the path. */
function selectedName(fieldSelector: string): string {
  try {
    return parseFieldSelector(fieldSelector).requirements.find(({ field, operator }) => field === 'metadata.name' && operator === '=')?.value ?? '';
  } catch (error) {
    if (error instanceof FieldSelectorError) return '';
    throw error;
  }
}

/** What a request for a resource asks for. */
export function resourceAttributes({ verb, target, options }: Pick<ApiRequest, 'verb' | 'target' | 'options'>): AuthorizationAttributes {
  const { fieldSelector } = options;
  // The HTTP method OPTIONS has no verb: only those who may do everything may do it.
  const asked = { type: 'resource' as const, verb: verb === 'options' ? '' : verb, ...target };
  return fieldSelector ? { ...asked, name: target.name || selectedName(fieldSelector), fieldSelector } : asked;
}

/** Asks the authorisers in order; the first opinion counts. A refusal carries the reasons of all who were asked. */
export async function decide(authorizers: readonly Authorizer[], user: UserInfo, attributes: AuthorizationAttributes): Promise<Decision> {
  const reasons: string[] = [];
  let type: 'deny' | 'no-opinion' = 'no-opinion';
  for (const authorizer of authorizers) {
    const pending = authorizer.authorize(user, attributes);
    const decision = pending instanceof Promise ? await pending : pending;
    if (decision.type === 'allow') return decision;
    if (decision.reason) reasons.push(decision.reason);
    if (decision.type === 'deny') {
      type = 'deny';
      break;
    }
  }
  return { type, reason: reasons.join(', ') };
}

/** No opinion of anybody means no. @throws ApiError Forbidden */
export async function authorize(authorizers: readonly Authorizer[], user: UserInfo, attributes: AuthorizationAttributes): Promise<void> {
  const decision = await decide(authorizers, user, attributes);
  if (decision.type !== 'allow') throw refusal(user, attributes, decision.reason ?? '');
}

function refusal(user: UserInfo, attributes: AuthorizationAttributes, reason: string): Error {
  const because = reason ? `: ${reason}` : '';
  const who = `User ${JSON.stringify(user.name)}`;
  if (attributes.type === 'path') {
    return failure('Forbidden', `forbidden: ${who} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}${because}`, {});
  }
  const { verb, group, namespace, name } = attributes;
  const resource = attributes.subresource ? `${attributes.resource}/${attributes.subresource}` : attributes.resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  return apiErrors.forbidden(
    { group, resource: attributes.resource, name },
    `${who} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${where}${because}`,
  );
}
