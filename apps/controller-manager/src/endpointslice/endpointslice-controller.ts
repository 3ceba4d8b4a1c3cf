import type { EndpointSlice } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { splitKey } from '@typernetes/client';
import { hasReason } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { Expectations } from '../expectations';
import { groupBackends } from '../service-endpoints/backend';
import { followServices, hasSelector, selects } from '../service-endpoints/followed-services';
import { managedByLabel, planSlices, serviceNameLabel } from './slice-plan';

const byService = 'service';

/** Keeps the EndpointSlices of Services with a selector. */
export const endpointSliceController: ControllerDefinition = {
  name: 'endpointslice-controller',
  setUp(context) {
    const expectations = new Expectations(context.clock);
    const loop = newController(context, this.name, (key) => reconcile(context, expectations, key));
    followServices(context.informers, loop.enqueue);
    context.informers.informer(resources.nodes);
    const slices = context.informers.informer(resources.endpointSlices);
    slices.addIndex(byService, (slice) => serviceKeys(slice));
    const enqueue = (slice: EndpointSlice): void => serviceKeys(slice).forEach(loop.enqueue);
    slices.onChange({
      added: (slice) => {
        for (const key of serviceKeys(slice)) expectations.sawCreation(key, slice.metadata?.uid ?? '');
        enqueue(slice);
      },
      updated: enqueue,
      deleted: enqueue,
    });
    return (signal) => loop.run(signal);
  },
};

/** The Service that a slice of ours belongs to. */
function serviceKeys({ metadata }: EndpointSlice): string[] {
  const service = metadata?.labels?.[serviceNameLabel];
  const isOurs = metadata?.labels?.[managedByLabel] === 'endpointslice-controller.k8s.io';
  return service && isOurs ? [`${metadata?.namespace}/${service}`] : [];
}

async function reconcile({ informers, client, clock }: ControllerContext, expectations: Expectations, key: string): Promise<void> {
  const { namespace } = splitKey(key);
  const service = informers.informer(resources.services).get(key);
  // The slices of a Service that is gone go with it: the garbage collector follows their owner.
  if (!service || !hasSelector(service) || !expectations.fulfilled(key)) return;
  const nodes = informers.informer(resources.nodes);
  const pods = informers.informer(resources.pods).list(namespace).filter((pod) => selects(service, pod));
  const existing = informers.informer(resources.endpointSlices).byIndex(byService, key);
  const plan = planSlices(service, groupBackends(service, pods, (node) => nodes.get(node)), existing);
  const api = client.resource(resources.endpointSlices);
  const trigger = { 'endpoints.kubernetes.io/last-change-trigger-time': new Date(clock.now()).toISOString() };
  for (const slice of plan.create) {
    const created = await api.create({ ...slice, metadata: { ...slice.metadata, annotations: trigger } });
    if (!informers.informer(resources.endpointSlices).get(`${namespace}/${created.metadata?.name}`)) {
      expectations.created(key, created.metadata?.uid ?? '');
    }
  }
  for (const slice of plan.update) {
    await api.update({ ...slice, metadata: { ...slice.metadata, annotations: { ...slice.metadata?.annotations, ...trigger } } });
  }
  for (const { metadata } of plan.delete) {
    await api.delete(metadata?.name ?? '', { namespace, preconditions: { uid: metadata?.uid } }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound')) throw error;
    });
  }
}
