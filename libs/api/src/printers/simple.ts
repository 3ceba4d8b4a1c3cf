import type { ClusterRoleBinding, ConfigMap, Lease, Namespace, RbacV1Subject, ReplicationController, RoleBinding, RoleRef, Secret, ServiceAccount } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, integer, labelsText, nameOf, wide } from './cells';

/** Printers that need no thought. */

export const namespacePrinter: TablePrinter<Namespace> = {
  columns: columns('namespace', ['Name', 'Status', 'Age']),
  row: (namespace, nowMs) => [nameOf(namespace), namespace.status?.phase ?? '', age(namespace, nowMs)],
};

export const replicationControllerPrinter: TablePrinter<ReplicationController> = {
  columns: columns('replication controller', ['Name', integer('Desired'), integer('Current'), integer('Ready'), 'Age', wide('Containers'), wide('Images'), wide('Selector')]),
  row(controller, nowMs) {
    const { spec, status } = controller;
    const containers = spec?.template?.spec?.containers ?? [];
    return [
      nameOf(controller),
      spec?.replicas ?? 0,
      status?.replicas ?? 0,
      status?.readyReplicas ?? 0,
      age(controller, nowMs),
      containers.map(({ name }) => name).join(','),
      containers.map(({ image }) => image ?? '').join(','),
      labelsText(spec?.selector),
    ];
  },
};

export const secretPrinter: TablePrinter<Secret> = {
  columns: columns('secret', ['Name', 'Type', 'Data', 'Age']),
  row: (secret, nowMs) => [nameOf(secret), secret.type ?? '', Object.keys(secret.data ?? {}).length, age(secret, nowMs)],
};

export const configMapPrinter: TablePrinter<ConfigMap> = {
  columns: columns('config map', ['Name', 'Data', 'Age']),
  row: (map, nowMs) => [nameOf(map), Object.keys(map.data ?? {}).length + Object.keys(map.binaryData ?? {}).length, age(map, nowMs)],
};

export const serviceAccountPrinter: TablePrinter<ServiceAccount> = {
  columns: columns('service account', ['Name', 'Age']),
  row: (account, nowMs) => [nameOf(account), age(account, nowMs)],
};

export const leasePrinter: TablePrinter<Lease> = {
  columns: columns('lease', ['Name', 'Holder', 'Age']),
  row: (lease, nowMs) => [nameOf(lease), lease.spec?.holderIdentity ?? '', age(lease, nowMs)],
};

const bindingColumns = columns('binding', ['Name', 'Role', 'Age', wide('Users'), wide('Groups'), wide('ServiceAccounts')]);

function bindingRow(binding: { metadata?: RoleBinding['metadata']; roleRef: RoleRef; subjects?: RbacV1Subject[] }, nowMs: number): string[] {
  const subjects = (kind: string, text: (subject: RbacV1Subject) => string): string =>
    (binding.subjects ?? []).filter((subject) => subject.kind === kind).map(text).join(', ');
  return [
    nameOf(binding),
    `${binding.roleRef.kind}/${binding.roleRef.name}`,
    age(binding, nowMs),
    subjects('User', ({ name }) => name),
    subjects('Group', ({ name }) => name),
    subjects('ServiceAccount', ({ name, namespace }) => `${namespace}/${name}`),
  ];
}

export const roleBindingPrinter: TablePrinter<RoleBinding> = { columns: bindingColumns, row: bindingRow };
export const clusterRoleBindingPrinter: TablePrinter<ClusterRoleBinding> = { columns: bindingColumns, row: bindingRow };
