import type { Namespace } from '@typernetes/api';
import { apiErrors, type KubernetesObject } from '@typernetes/machinery';
import type { Environment } from '../environment';
import { nameOf } from '../pipeline/call';
import type { SubresourceHandler } from '../pipeline/subresource';
import { guaranteedUpdate, type Change } from '../store/guaranteed-update';
import { isReadyToGo } from '../verbs/delete';
import { callOf } from './call-of';

/** PUT namespaces/<name>/finalize: only spec.finalizers count; with the last one gone a deleted namespace goes. */
export function finalizeHandler(environment: () => Environment): SubresourceHandler {
  return {
    call: async (context) => {
      const { name } = context.target;
      const wanted = (context.body ?? {}) as KubernetesObject & Namespace;
      const call = callOf(environment(), context, { resource: 'namespaces', name });
      const { entry } = await guaranteedUpdate(call, call.environment.stores.of(call.kind), (current): Change => {
        const namespace = current.parse() as KubernetesObject & Namespace;
        const version = wanted.metadata?.resourceVersion;
        if (version && version !== namespace.metadata?.resourceVersion) throw apiErrors.staleUpdate(nameOf(call, name));
        const next = { ...namespace, spec: { ...namespace.spec, finalizers: wanted.spec?.finalizers ?? [] } };
        return isReadyToGo(call.kind, next) ? { type: 'delete' } : { type: 'put', next };
      });
      return entry.parse();
    },
  };
}
