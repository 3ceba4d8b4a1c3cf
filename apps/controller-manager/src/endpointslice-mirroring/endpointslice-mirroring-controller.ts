import type { EndpointSlice } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf } from '@typernetes/client';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { applySlicePlan } from '../endpointslice/apply-slice-plan';
import { managedByLabel, serviceNameLabel } from '../endpointslice/slice-plan';
import { Expectations } from '../expectations';
import { mirroringManager, planMirror, shouldMirror } from './mirror';

const byEndpoints = 'mirroredEndpoints';

/** Shows Endpoints that are kept by hand as EndpointSlices, which is all that proxies read. */
export const endpointSliceMirroringController: ControllerDefinition = {
  name: 'endpointslice-mirroring-controller',
  setUp(context) {
    const { informers } = context;
    const expectations = new Expectations(context.clock);
    const loop = newController(context, this.name, (key) => reconcile(context, expectations, key));
    const enqueue = (object: Parameters<typeof keyOf>[0]): void => loop.enqueue(keyOf(object));
    const slices = informers.informer(resources.endpointSlices);
    slices.addIndex(byEndpoints, mirroredKeys);
    informers.informer(resources.endpoints).onChange({ added: enqueue, updated: enqueue, deleted: enqueue });
    informers.informer(resources.services).onChange({ added: enqueue, updated: enqueue, deleted: enqueue });
    const enqueueSource = (slice: EndpointSlice): void => mirroredKeys(slice).forEach(loop.enqueue);
    slices.onChange({
      added: (slice) => {
        for (const key of mirroredKeys(slice)) expectations.sawCreation(key, slice.metadata?.uid ?? '');
        enqueueSource(slice);
      },
      updated: enqueueSource,
      deleted: enqueueSource,
    });
    return (signal) => loop.run(signal);
  },
};

/** The Endpoints object that a slice of ours mirrors. */
function mirroredKeys({ metadata }: EndpointSlice): string[] {
  const name = metadata?.labels?.[serviceNameLabel];
  return name && metadata.labels?.[managedByLabel] === mirroringManager ? [`${metadata.namespace}/${name}`] : [];
}

async function reconcile(context: ControllerContext, expectations: Expectations, key: string): Promise<void> {
  if (!expectations.fulfilled(key)) return;
  const { informers } = context;
  const endpoints = informers.informer(resources.endpoints).get(key);
  const service = informers.informer(resources.services).get(key);
  const existing = informers.informer(resources.endpointSlices).byIndex(byEndpoints, key);
  const plan = shouldMirror(endpoints, service) ? planMirror(endpoints, existing) : { create: [], update: [], delete: [...existing] };
  await applySlicePlan(context, expectations, key, plan);
}
