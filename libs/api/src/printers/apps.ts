import { selectorFromObject, type LabelSelectorObject } from '@typernetes/machinery';
import type { ControllerRevision, DaemonSet, Deployment, PodTemplateSpec, ReplicaSet, StatefulSet } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, integer, labelsText, nameOf, wide } from './cells';

/** Containers and images of a template, as wide columns show them. */
export function templateCells(template: PodTemplateSpec | undefined): [string, string] {
  const containers = template?.spec?.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image ?? '').join(',')];
}

export const selectorText = (selector: LabelSelectorObject | undefined): string => selectorFromObject(selector).toString() || '<none>';

export const deploymentPrinter: TablePrinter<Deployment> = {
  columns: columns('deployment', ['Name', 'Ready', 'Up-to-date', 'Available', 'Age', wide('Containers'), wide('Images'), wide('Selector')]),
  row(deployment, nowMs) {
    const { spec, status = {} } = deployment;
    return [
      nameOf(deployment),
      `${status.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
      status.updatedReplicas ?? 0,
      status.availableReplicas ?? 0,
      age(deployment, nowMs),
      ...templateCells(spec?.template),
      selectorText(spec?.selector),
    ];
  },
};

export const replicaSetPrinter: TablePrinter<ReplicaSet> = {
  columns: columns('replica set', ['Name', integer('Desired'), integer('Current'), integer('Ready'), 'Age', wide('Containers'), wide('Images'), wide('Selector')]),
  row(set, nowMs) {
    const { spec, status } = set;
    const counts = [spec?.replicas ?? 0, status?.replicas ?? 0, status?.readyReplicas ?? 0];
    return [nameOf(set), ...counts, age(set, nowMs), ...templateCells(spec?.template), selectorText(spec?.selector)];
  },
};

export const statefulSetPrinter: TablePrinter<StatefulSet> = {
  columns: columns('stateful set', ['Name', 'Ready', 'Age', wide('Containers'), wide('Images')]),
  row: (set, nowMs) => [nameOf(set), `${set.status?.readyReplicas ?? 0}/${set.spec?.replicas ?? 0}`, age(set, nowMs), ...templateCells(set.spec?.template)],
};

export const daemonSetPrinter: TablePrinter<DaemonSet> = {
  columns: columns('daemon set', [
    'Name', integer('Desired'), integer('Current'), integer('Ready'), integer('Up-to-date'), integer('Available'), 'Node Selector', 'Age',
    wide('Containers'), wide('Images'), wide('Selector'),
  ]),
  row(set, nowMs) {
    const { spec, status } = set;
    return [
      nameOf(set),
      status?.desiredNumberScheduled ?? 0,
      status?.currentNumberScheduled ?? 0,
      status?.numberReady ?? 0,
      status?.updatedNumberScheduled ?? 0,
      status?.numberAvailable ?? 0,
      labelsText(spec?.template?.spec?.nodeSelector),
      age(set, nowMs),
      ...templateCells(spec?.template),
      selectorText(spec?.selector),
    ];
  },
};

export const controllerRevisionPrinter: TablePrinter<ControllerRevision> = {
  columns: columns('controller revision', ['Name', 'Controller', 'Revision', 'Age']),
  row(revision, nowMs) {
    const owner = revision.metadata?.ownerReferences?.find(({ controller }) => controller);
    const [group = '', version] = owner?.apiVersion.split('/') ?? [];
    const kind = owner && version ? `${owner.kind}.${group}` : (owner?.kind ?? '');
    return [nameOf(revision), owner ? `${kind.toLowerCase()}/${owner.name}` : '<none>', revision.revision, age(revision, nowMs)];
  },
};
