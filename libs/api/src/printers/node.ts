import type { Node } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, listed, nameOf, wide } from './cells';

const rolePrefix = 'node-role.kubernetes.io/';

export const nodePrinter: TablePrinter<Node> = {
  columns: columns('node', [
    'Name', 'Status', 'Roles', 'Age', 'Version',
    wide('Internal-IP'), wide('External-IP'), wide('OS-Image'), wide('Kernel-Version'), wide('Container-Runtime'),
  ]),
  row(node, nowMs) {
    const info = node.status?.nodeInfo;
    return [
      nameOf(node),
      statusText(node),
      rolesText(node),
      age(node, nowMs),
      info?.kubeletVersion ?? '',
      addressText(node, 'InternalIP'),
      addressText(node, 'ExternalIP'),
      info?.osImage || '<unknown>',
      info?.kernelVersion || '<unknown>',
      info?.containerRuntimeVersion || '<unknown>',
    ];
  },
};

function statusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const states = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (spec?.unschedulable) states.push('SchedulingDisabled');
  return states.join(',');
}

function rolesText({ metadata }: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(metadata?.labels ?? {})) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) roles.add(key.slice(rolePrefix.length));
    else if (key === 'kubernetes.io/role' && value) roles.add(value);
  }
  return listed([...roles].sort());
}

function addressText({ status }: Node, type: string): string {
  return status?.addresses?.find((address) => address.type === type)?.address ?? '<none>';
}
