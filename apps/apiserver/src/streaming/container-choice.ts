import type { Pod } from '@typernetes/api';
import { apiErrors } from '@typernetes/machinery';

/**
 * Which container a request means: the named one, the only one, or the one that the default-container annotation
 * names.
 *
 * @throws ApiError BadRequest with upstream's texts
 */
export function chooseContainer(pod: Pod, asked: string): string {
  const { metadata, spec } = pod;
  const names = (spec?.containers ?? []).map(({ name }) => name);
  const others = [...(spec?.initContainers ?? []), ...(spec?.ephemeralContainers ?? [])].map(({ name }) => name);
  if (asked) {
    if (names.includes(asked) || others.includes(asked)) return asked;
    throw apiErrors.badRequest(`container ${asked} is not valid for pod ${metadata?.name}`);
  }
  const [only] = names;
  if (names.length === 1 && only) return only;
  const preferred = metadata?.annotations?.['kubectl.kubernetes.io/default-container'];
  if (preferred && names.includes(preferred)) return preferred;
  const inits = (spec?.initContainers ?? []).map(({ name }) => name);
  const hint = inits.length ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  throw apiErrors.badRequest(`a container name must be specified for pod ${metadata?.name}, choose one of: [${names.join(' ')}]${hint}`);
}
