import { defineKind } from '../define-kind';
import type { EndpointSlice } from '../generated/types';
import { resources } from '../resources';
import { countGeneration, startGeneration } from '../strategies';
import { sameValue } from '../validation/checks';

const counted = ({ addressType, endpoints, ports, metadata }: EndpointSlice): unknown => [
  addressType,
  endpoints,
  ports,
  metadata?.labels,
  metadata?.annotations,
];

export const endpointSlice = defineKind(resources.endpointSlices, {
  hasGeneration: true,
  strategy: {
    prepareForCreate: (next) => startGeneration(next),
    prepareForUpdate: (next, previous) => countGeneration(next, previous, !sameValue(counted(next), counted(previous))),
  },
});
