import type { Pod, Service } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { InformerFactory } from '@typernetes/client';
import { keyOf } from '@typernetes/client';
import type { LabelSelector } from '@typernetes/machinery';
import { isPodReady, selectorFromMap } from '@typernetes/machinery';
import { isDeepStrictEqual } from 'node:util';

/** Enqueues the keys of Services whose endpoints a change may concern. */
export function followServices(informers: InformerFactory, enqueue: (key: string) => void): void {
  const services = informers.informer(resources.services);
  services.onChange({
    added: (service) => enqueue(keyOf(service)),
    updated: (service) => enqueue(keyOf(service)),
    deleted: (service) => enqueue(keyOf(service)),
  });
  const selecting = (pod: Pod): string[] =>
    services
      .list(pod.metadata?.namespace)
      .filter((service) => selects(service, pod))
      .map(keyOf);
  informers.informer(resources.pods).onChange({
    added: (pod) => selecting(pod).forEach(enqueue),
    updated: (pod, previous) => {
      if (!matters(pod, previous)) return;
      new Set([...selecting(pod), ...selecting(previous)]).forEach(enqueue);
    },
    deleted: (pod) => selecting(pod).forEach(enqueue),
  });
}

/** A Service without selector has its endpoints managed by somebody else. */
export function hasSelector({ spec }: Service): boolean {
  return spec?.type !== 'ExternalName' && Object.keys(spec?.selector ?? {}).length > 0;
}

/** Every pod is held against every selector of its namespace, so they are parsed once. Objects of informers never change. */
const selectors = new WeakMap<Service, LabelSelector>();

export function selects(service: Service, pod: Pod): boolean {
  if (!hasSelector(service)) return false;
  let selector = selectors.get(service);
  if (!selector) selectors.set(service, (selector = selectorFromMap(service.spec?.selector ?? {})));
  return selector.matches(pod.metadata?.labels ?? {});
}

function matters(pod: Pod, previous: Pod): boolean {
  return (
    pod.metadata?.deletionTimestamp !== previous.metadata?.deletionTimestamp ||
    pod.status?.podIP !== previous.status?.podIP ||
    pod.status?.phase !== previous.status?.phase ||
    pod.spec?.nodeName !== previous.spec?.nodeName ||
    isPodReady(pod) !== isPodReady(previous) ||
    !isDeepStrictEqual(pod.metadata?.labels, previous.metadata?.labels) ||
    !isDeepStrictEqual(pod.status?.podIPs, previous.status?.podIPs)
  );
}
