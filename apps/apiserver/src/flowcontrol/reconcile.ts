import { sameValue } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';

/** Says whether a default object follows this server (`true`) or is its administrator's (API documentation "API Priority and Fairness"). */
export const autoUpdateAnnotation = 'apf.kubernetes.io/autoupdate-spec';

export type WithSpec = KubernetesObject & { spec?: unknown };

export type Step<T> = { readonly type: 'create' | 'update'; readonly object: T } | { readonly type: 'keep' };

/** An object that nobody has said anything of, and that nobody has changed, follows the server too. */
function follows({ metadata }: WithSpec): boolean {
  const said = metadata?.annotations?.[autoUpdateAnnotation];
  return said === undefined ? metadata?.generation === 1 : said === 'true';
}

function annotated<T extends WithSpec>(object: T, value: 'true' | 'false'): T {
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata?.annotations, [autoUpdateAnnotation]: value } } };
}

/**
 * What to do with a default object, given the stored one. A mandatory object always is as it should be; a suggested one
 * while its annotation says so.
 */
export function reconcileDefault<T extends WithSpec>(wanted: T, stored: T | undefined, isMandatory: boolean): Step<T> {
  if (!stored) return { type: 'create', object: annotated(wanted, 'true') };
  const isFollowing = isMandatory || follows(stored);
  const next = annotated(isFollowing ? { ...stored, spec: wanted.spec } : stored, isFollowing ? 'true' : 'false');
  const isSame = sameValue(next.spec, stored.spec) && sameValue(next.metadata?.annotations, stored.metadata?.annotations);
  return isSame ? { type: 'keep' } : { type: 'update', object: next };
}
