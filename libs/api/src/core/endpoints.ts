import { defineKind } from '../define-kind';
import { resources } from '../resources';

export const endpoints = defineKind(resources.endpoints, {
  shortNames: ['ep'],
  storagePath: 'services/endpoints',
  deprecationWarning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
});
