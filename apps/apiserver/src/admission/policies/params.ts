import { builtInKinds, resources, type ParamKind, type ParamRef, type ResourceType } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { hasReason, parseApiVersion, selectorFromObject, type KubernetesObject } from '@typernetes/machinery';
import type { ObjectReader } from '../../pipeline/object-reader';

/** The resource behind a kind that parameters are of; undefined when it is not served. */
function paramType({ apiVersion = '', kind = '' }: ParamKind, objects: ObjectReader): ResourceType | undefined {
  const { group, version } = parseApiVersion(apiVersion);
  const builtIn = builtInKinds.find((each) => each.group === group && each.version === version && each.kind === kind);
  if (builtIn) return builtIn;
  const definition = objects.list(resources.customResourceDefinitions).find(({ spec }) => spec.group === group && spec.names.kind === kind && spec.versions.some(({ name, served }) => served && name === version));
  return definition && { group, version, kind, resource: definition.spec.names.plural, namespaced: definition.spec.scope === 'Namespaced' };
}

/**
 * The parameters that a binding names; several when it selects. None may be fine: the binding says.
 *
 * @throws Error when the kind is not served
 */
export async function findParams(kind: ParamKind, ref: ParamRef, { objects, client, namespace }: { objects: ObjectReader; client: ApiClient; namespace: string }): Promise<KubernetesObject[]> {
  const type = paramType(kind, objects);
  if (!type) throw new Error(`failed to find resource referenced by paramKind: '${kind.apiVersion}, Kind=${kind.kind}'`);
  const from = type.namespaced ? (ref.namespace ?? namespace) : '';
  if (type.namespaced && !from) throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  const place = from ? { namespace: from } : {};
  if (ref.name !== undefined) {
    return client.resource(type).get(ref.name, place).then(
      (found) => [found],
      (error: unknown) => {
        if (hasReason(error, 'NotFound')) return [];
        throw error;
      },
    );
  }
  const selector = selectorFromObject(ref.selector);
  return (await client.resource(type).list(place)).items.filter(({ metadata }) => selector.matches(metadata?.labels));
}
