import type { KubernetesObject } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { CoreV1Event, EventsV1Event } from '../generated/types';
import { resources } from '../resources';

/** The field of core/v1 Event to that of events.k8s.io/v1 Event; all others have one name in both. */
const renamed: readonly (readonly [keyof CoreV1Event, keyof EventsV1Event])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

function convert(object: KubernetesObject, apiVersion: string, names: ReadonlyMap<string, string>): KubernetesObject {
  const fields = Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value as unknown]);
  return { ...Object.fromEntries(fields), apiVersion, kind: 'Event' };
}

const toNew = new Map<string, string>(renamed);
const toCore = new Map<string, string>(renamed.map(([core, events]) => [events, core]));

export const eventV1 = defineKind(resources.eventsV1, {
  shortNames: ['ev'],
  storedAs: {
    group: '',
    version: 'v1',
    kind: 'Event',
    toStored: (object) => convert(object, 'v1', toCore),
    fromStored: (object) => convert(object, 'events.k8s.io/v1', toNew),
  },
  selectableFields: {
    'regarding.kind': ({ regarding }) => regarding?.kind ?? '',
    'regarding.namespace': ({ regarding }) => regarding?.namespace ?? '',
    'regarding.name': ({ regarding }) => regarding?.name ?? '',
    'regarding.uid': ({ regarding }) => regarding?.uid ?? '',
    'regarding.apiVersion': ({ regarding }) => regarding?.apiVersion ?? '',
    'regarding.resourceVersion': ({ regarding }) => regarding?.resourceVersion ?? '',
    'regarding.fieldPath': ({ regarding }) => regarding?.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingController: ({ reportingController }) => reportingController ?? '',
    type: ({ type }) => type ?? '',
  },
});
