import { resources } from '@typernetes/api';
import { keyOf, splitKey } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { groupBackends } from '../service-endpoints/backend';
import { followServices, hasSelector, selects } from '../service-endpoints/followed-services';
import { desiredEndpoints } from './desired-endpoints';

/** Keeps one Endpoints object per Service with a selector. */
export const endpointsController: ControllerDefinition = {
  name: 'endpoints-controller',
  setUp(context) {
    const loop = newController(context, this.name, (key) => reconcile(context, key));
    followServices(context.informers, loop.enqueue);
    context.informers.informer(resources.nodes);
    // Whoever changes or deletes ours finds it put right; an object whose Service is gone is taken away.
    context.informers.informer(resources.endpoints).onChange({
      added: (endpoints) => loop.enqueue(keyOf(endpoints)),
      updated: (endpoints) => loop.enqueue(keyOf(endpoints)),
      deleted: (endpoints) => loop.enqueue(keyOf(endpoints)),
    });
    return (signal) => loop.run(signal);
  },
};

async function reconcile({ informers, client }: ControllerContext, key: string): Promise<void> {
  const { namespace, name } = splitKey(key);
  const service = informers.informer(resources.services).get(key);
  const existing = informers.informer(resources.endpoints).get(key);
  const api = client.resource(resources.endpoints);
  if (!service) {
    const ours = existing?.metadata?.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller';
    if (ours) await api.delete(name, { namespace, preconditions: { uid: existing.metadata?.uid } }).catch(ignoreGone);
    return;
  }
  if (!hasSelector(service)) return;
  const nodes = informers.informer(resources.nodes);
  const pods = informers.informer(resources.pods).list(namespace).filter((pod) => selects(service, pod));
  const desired = desiredEndpoints(service, groupBackends(service, pods, (node) => nodes.get(node)), existing);
  if (!existing) {
    await api.create(desired);
    return;
  }
  const same = isDeepStrictEqual(plain(existing.subsets ?? []), plain(desired.subsets ?? [])) && isDeepStrictEqual(plain(existing.metadata), plain(desired.metadata));
  if (!same) await api.update(desired);
}

/** Without fields that are there but undefined, which JSON does not know. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function ignoreGone(error: unknown): void {
  if (!hasReason(error, 'NotFound')) throw error;
}
