import type { Environment } from '../environment';
import type { ObjectReader } from '../pipeline/object-reader';
import type { SubresourceHandlers } from '../pipeline/subresource';
import { bindingHandler } from './binding';
import { evictionHandler } from './eviction';
import { finalizeHandler } from './namespace-finalize';

/** Subresources whose code belongs to the pipeline's own kinds. */
export function builtInHandlers(environment: () => Environment, objects: ObjectReader): SubresourceHandlers {
  const binding = bindingHandler(environment);
  return {
    'pods/binding': binding,
    // The collection form: POST namespaces/<ns>/bindings.
    bindings: binding,
    'pods/eviction': evictionHandler(environment, objects),
    'namespaces/finalize': finalizeHandler(environment),
  };
}
