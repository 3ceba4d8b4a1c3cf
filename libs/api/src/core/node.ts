import { defineKind, proxyVerbs, subresource } from '../define-kind';
import { resources } from '../resources';
import { keepField } from '../strategies';

export const node = defineKind(resources.nodes, {
  shortNames: ['no'],
  storagePath: 'minions',
  selectableFields: { 'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false) },
  subresources: [subresource('proxy', 'NodeProxyOptions', proxyVerbs)],
  // A kubelet registers its node with status, so create keeps it.
  strategy: { prepareForUpdate: (next, previous) => keepField(next, previous, 'status') },
  statusStrategy: { prepareForUpdate: (next, previous) => keepField(next, previous, 'spec') },
});
