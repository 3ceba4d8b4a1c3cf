import type { EndpointSlice, Node, Service } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { keyOf, splitKey, type EventRecorder } from '@typernetes/client';
import { isConditionTrue } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';
import type { ControllerContext, ControllerDefinition } from '../context';
import { newController } from '../context';
import { Expectations } from '../expectations';
import { groupBackends } from '../service-endpoints/backend';
import { followServices, hasSelector, selects } from '../service-endpoints/followed-services';
import { applySlicePlan } from './apply-slice-plan';
import { hintingOf, isTopologyAware, type Hinting } from './hints';
import { managedByLabel, planSlices, serviceNameLabel } from './slice-plan';
import { zoneCpus } from './zone-shares';

const byService = 'service';

/** Keeps the EndpointSlices of Services with a selector. */
export const endpointSliceController: ControllerDefinition = {
  name: 'endpointslice-controller',
  setUp(context) {
    const expectations = new Expectations(context.clock);
    const events = context.events('endpoint-slice-controller');
    const loop = newController(context, this.name, (key) => reconcile(context, { expectations, events }, key));
    followServices(context.informers, loop.enqueue);
    followZones(context, loop.enqueue);
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

/** What zones have changes the hints of those Services that go by it. */
function followZones({ informers }: ControllerContext, enqueue: (key: string) => void): void {
  const services = informers.informer(resources.services);
  const changed = (): void => services.list().filter(isTopologyAware).map(keyOf).forEach(enqueue);
  const differs = (node: Node, previous: Node): boolean => !isDeepStrictEqual(zoneFacts(node), zoneFacts(previous));
  informers.informer(resources.nodes).onChange({
    added: changed,
    updated: (node, previous) => {
      if (differs(node, previous)) changed();
    },
    deleted: changed,
  });
}

const zoneFacts = ({ metadata, status }: Node): unknown[] => [metadata?.labels, status?.allocatable?.['cpu'], isConditionTrue(status?.conditions, 'Ready')];

interface Tools {
  readonly expectations: Expectations;
  readonly events: EventRecorder;
}

async function reconcile(context: ControllerContext, { expectations, events }: Tools, key: string): Promise<void> {
  const { informers, clock } = context;
  const { namespace } = splitKey(key);
  const service = informers.informer(resources.services).get(key);
  const existing = informers.informer(resources.endpointSlices).byIndex(byService, key);
  // The slices of a Service that is gone go with it: the garbage collector follows their owner.
  if (!service || !hasSelector(service) || !expectations.fulfilled(key)) return;
  const nodes = informers.informer(resources.nodes);
  const pods = informers.informer(resources.pods).list(namespace).filter((pod) => selects(service, pod));
  const groups = groupBackends(service, pods, (node) => nodes.get(node));
  const hinting = hintingOf(service, groups, () => zoneCpus(nodes.list()));
  const plan = planSlices(service, { groups, hinting }, existing);
  const trigger = { 'endpoints.kubernetes.io/last-change-trigger-time': new Date(clock.now()).toISOString() };
  const stamped = (slice: EndpointSlice): EndpointSlice => ({ ...slice, metadata: { ...slice.metadata, annotations: { ...slice.metadata?.annotations, ...trigger } } });
  tellOfHints(events, service, { hinting, existing, next: [...plan.create, ...plan.update] });
  await applySlicePlan(context, expectations, key, { create: plan.create.map(stamped), update: plan.update.map(stamped), delete: plan.delete });
}

const hasHints = (slices: readonly EndpointSlice[]): boolean => slices.some(({ endpoints }) => endpoints?.some(({ hints }) => hints !== undefined));

/** Only when it changes something: else each look at the Service would say it again. */
function tellOfHints(events: EventRecorder, service: Service, { hinting, existing, next }: { hinting: Hinting; existing: readonly EndpointSlice[]; next: readonly EndpointSlice[] }): void {
  if (!isTopologyAware(service) || next.length === 0) return;
  const object = { type: resources.services, object: service };
  if (hinting.refusal) events.record(object, 'Warning', 'TopologyAwareHintsDisabled', `${hinting.refusal}, addressType: IPv4`);
  else if (!hasHints(existing) && hasHints(next)) events.record(object, 'Normal', 'TopologyAwareHintsEnabled', 'Topology Aware Hints has been enabled, addressType: IPv4');
}
