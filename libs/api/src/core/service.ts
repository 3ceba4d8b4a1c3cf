import { defineKind, proxyVerbs, subresource } from '../define-kind';
import { dns1035LabelName } from '../name-rules';
import { resources } from '../resources';
import { keepField } from '../strategies';
import { dropTypeDependentFields, keepAllocatedValues, normalizeClusterIPs } from './service-update';

export const service = defineKind(resources.services, {
  shortNames: ['svc'],
  categories: ['all'],
  storagePath: 'services/specs',
  validateName: dns1035LabelName,
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
  subresources: [subresource('proxy', 'ServiceProxyOptions', proxyVerbs)],
  strategy: {
    prepareForCreate: (next) => {
      next.status = { loadBalancer: {} };
      normalizeClusterIPs(next);
    },
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'status');
      keepAllocatedValues(next, previous);
      normalizeClusterIPs(next, previous);
      dropTypeDependentFields(next, previous);
    },
  },
  statusStrategy: {
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'spec');
      // Only a load balancer has ingress points.
      if (previous.spec?.type !== 'LoadBalancer' && next.status) next.status = { ...next.status, loadBalancer: {} };
    },
  },
});
