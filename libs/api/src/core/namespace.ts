import { defineKind, subresource } from '../define-kind';
import type { Namespace } from '../generated/types';
import { dnsLabelName } from '../name-rules';
import { resources } from '../resources';
import { keepField } from '../strategies';

/** Every namespace carries its name as a label, so that selectors can name it (KEP-2161). */
const nameLabel = 'kubernetes.io/metadata.name';

function labelWithName(namespace: Namespace): void {
  const { name } = namespace.metadata ?? {};
  if (name) namespace.metadata = { ...namespace.metadata, labels: { ...namespace.metadata?.labels, [nameLabel]: name } };
}

export const namespace = defineKind(resources.namespaces, {
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  validateName: dnsLabelName,
  subresources: [subresource('finalize', 'Namespace', ['update'])],
  selectableFields: { 'status.phase': (namespace) => namespace.status?.phase ?? '' },
  strategy: {
    prepareForCreate: (next) => {
      const finalizers = next.spec?.finalizers ?? [];
      next.spec = { ...next.spec, finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
      next.status = { phase: 'Active' };
      labelWithName(next);
    },
    // Finalizers leave through the finalize subresource only.
    prepareForUpdate: (next, previous) => {
      if (previous.spec?.finalizers) next.spec = { ...next.spec, finalizers: previous.spec.finalizers };
      else delete next.spec?.finalizers;
      keepField(next, previous, 'status');
      labelWithName(next);
    },
  },
  statusStrategy: { prepareForUpdate: (next, previous) => keepField(next, previous, 'spec') },
});
