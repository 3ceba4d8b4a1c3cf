import type { KubernetesObject } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { APIService, APIServiceCondition } from '../generated/types';
import type { TablePrinter } from '../kind';
import { anyName } from '../name-rules';
import { age, columns, nameOf } from '../printers/cells';
import { resources } from '../resources';
import { keepField } from '../strategies';

/** The condition of a version that the server itself serves. */
export const localCondition = (now: string): APIServiceCondition => ({ lastTransitionTime: now, message: 'Local APIServices are always available', reason: 'Local', status: 'True', type: 'Available' });

function availableText({ status }: APIService): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
}

const printer: TablePrinter<APIService> = {
  columns: columns('API service', ['Name', 'Service', 'Available', 'Age']),
  row(api, nowMs) {
    const { service } = api.spec ?? {};
    return [nameOf(api), service ? `${service.namespace}/${service.name}` : 'Local', availableText(api), age(api, nowMs)];
  },
};

/** Whoever writes the status changes nothing else. */
function keepAllButStatus(next: KubernetesObject & APIService, previous: KubernetesObject & APIService): void {
  keepField(next, previous, 'spec');
  if (!next.metadata || !previous.metadata) return;
  for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const) keepField(next.metadata, previous.metadata, field);
}

/** One group and version of the API, and who serves it: this server, or another one behind a Service. */
export const apiService = defineKind(resources.apiServices, {
  definition: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',
  categories: ['api-extensions'],
  storagePath: 'apiregistration.k8s.io/apiservices',
  // The name is the version's: see the rules of the spec.
  validateName: anyName,
  strategy: {
    prepareForCreate: (next, { now }) => {
      next.status = next.spec?.service ? {} : { conditions: [localCondition(now)] };
    },
    prepareForUpdate: (next, previous) => keepField(next, previous, 'status'),
  },
  statusStrategy: { prepareForUpdate: keepAllButStatus },
  printer,
});
