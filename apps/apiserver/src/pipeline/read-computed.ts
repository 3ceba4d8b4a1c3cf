import { apiErrors, FieldSelectorError, formatGroupResource, LabelSelectorError, parseFieldSelector, parseLabelSelector, type KubernetesObject } from '@typernetes/machinery';
import { CacheEntry } from '@typernetes/storage';
import { nameOf, type Call } from './call';
import type { ApiResult } from './request';

const encode = (object: KubernetesObject): Buffer => Buffer.from(JSON.stringify(object));

/** GET of a computed kind: one object, or all that the selectors find. @throws ApiError NotFound */
export async function readComputed(call: Call): Promise<ApiResult> {
  const { environment, kind, request } = call;
  const { namespace, name } = request.target;
  const computed = environment.extensions.computedKinds?.[formatGroupResource(kind)];
  if (!computed) throw apiErrors.pathNotFound();
  const objects = await computed.list(namespace);
  if (request.verb === 'get') {
    const found = objects.find(({ metadata }) => metadata?.name === name);
    if (!found) throw apiErrors.notFound(nameOf(call, name));
    return { type: 'object', code: 200, kind, value: encode(found) };
  }
  const matches = selectorOf(call);
  const entries = objects.filter(matches).map((object) => new CacheEntry(`${object.metadata?.namespace ?? ''}/${object.metadata?.name}`, encode(object), 0));
  return { type: 'list', kind, entries, revision: 0 };
}

/** What the request selects by labels and by name. @throws ApiError BadRequest */
function selectorOf({ request }: Call): (object: KubernetesObject) => boolean {
  const { labelSelector = '', fieldSelector = '' } = request.options;
  try {
    const [labels, fields] = [parseLabelSelector(labelSelector), parseFieldSelector(fieldSelector)];
    return ({ metadata }) => labels.matches(metadata?.labels) && fields.matches({ 'metadata.name': metadata?.name ?? '', 'metadata.namespace': metadata?.namespace ?? '' });
  } catch (error) {
    if (error instanceof LabelSelectorError || error instanceof FieldSelectorError) throw apiErrors.badRequest(error.message);
    throw error;
  }
}
