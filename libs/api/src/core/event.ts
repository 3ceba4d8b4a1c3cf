import { defineKind } from '../define-kind';
import type { CoreV1Event } from '../generated/types';
import { resources } from '../resources';

export const event = defineKind(resources.events, {
  definition: 'io.k8s.api.core.v1.Event',
  shortNames: ['ev'],
  selectableFields: {
    'involvedObject.kind': ({ involvedObject }) => involvedObject?.kind ?? '',
    'involvedObject.namespace': ({ involvedObject }) => involvedObject?.namespace ?? '',
    'involvedObject.name': ({ involvedObject }) => involvedObject?.name ?? '',
    'involvedObject.uid': ({ involvedObject }) => involvedObject?.uid ?? '',
    'involvedObject.apiVersion': ({ involvedObject }) => involvedObject?.apiVersion ?? '',
    'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject?.resourceVersion ?? '',
    'involvedObject.fieldPath': ({ involvedObject }) => involvedObject?.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: (event: CoreV1Event) => event.source?.component || (event.reportingComponent ?? ''),
    type: ({ type }) => type ?? '',
  },
});
