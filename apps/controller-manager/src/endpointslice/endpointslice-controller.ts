import type { EndpointSlice } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { splitKey } from '@typernetes/client';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { Expectations } from '../expectations';
import { groupBackends } from '../service-endpoints/backend';
import { followServices, hasSelector, selects } from '../service-endpoints/followed-services';
import { applySlicePlan } from './apply-slice-plan';
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

async function reconcile(context: ControllerContext, expectations: Expectations, key: string): Promise<void> {
  const { informers, clock } = context;
  const { namespace } = splitKey(key);
  const service = informers.informer(resources.services).get(key);
  const existing = informers.informer(resources.endpointSlices).byIndex(byService, key);
  // The slices of a Service that is gone go with it: the garbage collector follows their owner.
  if (!service || !hasSelector(service) || !expectations.fulfilled(key)) return;
  const nodes = informers.informer(resources.nodes);
  const pods = informers.informer(resources.pods).list(namespace).filter((pod) => selects(service, pod));
  const plan = planSlices(service, groupBackends(service, pods, (node) => nodes.get(node)), existing);
  const trigger = { 'endpoints.kubernetes.io/last-change-trigger-time': new Date(clock.now()).toISOString() };
  const stamped = (slice: EndpointSlice): EndpointSlice => ({ ...slice, metadata: { ...slice.metadata, annotations: { ...slice.metadata?.annotations, ...trigger } } });
  await applySlicePlan(context, expectations, key, { create: plan.create.map(stamped), update: plan.update.map(stamped), delete: plan.delete });
}
