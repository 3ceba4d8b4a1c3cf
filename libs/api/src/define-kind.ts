import type { KubernetesObject } from '@typernetes/machinery';
import type { CustomSubresource, KindDefinition, ResourceType, Verb } from './kind';
import { dnsSubdomainName } from './name-rules';

export const allVerbs: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What a declaration says beyond names; everything has the value that most kinds have. */
export type KindTraits<T extends KubernetesObject> = Partial<Omit<KindDefinition<T>, keyof ResourceType | 'storagePath'>> & {
  /** Below `/registry/`; defaults to the resource's name. `null`: never stored. */
  storagePath?: string | null;
};

/** `rbac.authorization.k8s.io` -> `io.k8s.api.rbac.v1.Role`: how upstream's packages are named. */
export function definitionName({ group, version, kind }: ResourceType): string {
  return `io.k8s.api.${group ? group.split('.')[0] : 'core'}.${version}.${kind}`;
}

/**
 * Completes a declaration. The result forgets T: whoever finds a kind in the registry by name cannot know its type, and
 * the functions inside only ever get objects of their own kind.
 */
export function defineKind<T extends KubernetesObject>(type: ResourceType<T>, traits: KindTraits<NoInfer<T>> = {}): KindDefinition {
  const { storagePath = type.resource, ...rest } = traits;
  const definition: KindDefinition<T> = {
    ...type,
    singular: type.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    definition: definitionName(type),
    strategy: {},
    subresources: [],
    partStrategies: {},
    selectableFields: {},
    hasGeneration: false,
    validateName: dnsSubdomainName,
    ...(storagePath === null ? {} : { storagePath }),
    ...rest,
  };
  return definition as unknown as KindDefinition;
}

/** A kind that is only a question (TokenReview, SubjectAccessReview): create answers it, nothing is stored. */
export function defineReview<T extends KubernetesObject>(type: ResourceType<T>, traits: KindTraits<NoInfer<T>> = {}): KindDefinition {
  return defineKind(type, { verbs: ['create'], storagePath: null, validateName: () => [], ...traits });
}

/** What a proxy subresource does: whatever its backend does. */
export const proxyVerbs: readonly Verb[] = ['create', 'delete', 'get', 'patch', 'update'];

/** A subresource whose body is of the core group, unless said otherwise. */
export function subresource(name: string, kind: string, verbs: readonly Verb[], groupVersion = { group: '', version: 'v1' }): CustomSubresource {
  return { name, kind, verbs, ...groupVersion };
}
