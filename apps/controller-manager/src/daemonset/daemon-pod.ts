import type { DaemonSet, Node, Pod, PodSpec, PodTemplateSpec, Toleration } from '@typernetes/api';
import { firstUntoleratedTaint, matchesPodNodeSelection } from '@typernetes/machinery';
import { revisionLabel } from '../controller-revisions/revision';

export const templateGenerationLabel = 'pod-template-generation';
export const templateGenerationAnnotation = 'deprecated.daemonset.template.generation';

const nodeNameField = 'metadata.name';

/** Daemons stay on nodes in trouble: they may be what gets them out of it. */
const daemonTolerations: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const hostNetworkToleration: Toleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

function tolerationsOf(spec: PodSpec | undefined): Toleration[] {
  const own = spec?.tolerations ?? [];
  const added = [...daemonTolerations, ...(spec?.hostNetwork ? [hostNetworkToleration] : [])];
  const isSame = (a: Toleration, b: Toleration): boolean => a.key === b.key && a.operator === b.operator && a.effect === b.effect && !a.value && a.tolerationSeconds === undefined;
  return [...own, ...added.filter((each) => !own.some((other) => isSame(other, each)))];
}

/** Whether a node gets a daemon pod, and whether one that is there may stay. */
export interface NodeVerdict {
  shouldRun: boolean;
  /** False only where the pod's own selection or a NoExecute taint forbids it. */
  shouldContinue: boolean;
}

/** Is it a node for the daemon? Judged as the scheduler would, but for resources: for those the pod waits. */
export function judgeNode({ spec }: DaemonSet, node: Node): NodeVerdict {
  const template = spec?.template.spec;
  const name = node.metadata?.name ?? '';
  const fits = (!template?.nodeName || template.nodeName === name) && matchesPodNodeSelection(template, { name, labels: node.metadata?.labels ?? {} });
  if (!fits) return { shouldRun: false, shouldContinue: false };
  const taints = node.spec?.taints ?? [];
  const tolerations = tolerationsOf(template);
  if (firstUntoleratedTaint(taints, tolerations, ['NoExecute'])) return { shouldRun: false, shouldContinue: false };
  return { shouldRun: !firstUntoleratedTaint(taints, tolerations, ['NoSchedule']), shouldContinue: true };
}

/** The template of the daemon's pod for one node: the scheduler binds it, by the node's name and nowhere else. */
export function daemonPodTemplate(set: DaemonSet, nodeName: string, hash: string): PodTemplateSpec {
  const template = set.spec?.template;
  const generation = set.metadata?.annotations?.[templateGenerationAnnotation];
  const affinity = template?.spec?.affinity;
  const onlyThere = { nodeSelectorTerms: [{ matchFields: [{ key: nodeNameField, operator: 'In', values: [nodeName] }] }] };
  return {
    metadata: {
      ...template?.metadata,
      labels: { ...template?.metadata?.labels, [revisionLabel]: hash, ...(generation ? { [templateGenerationLabel]: generation } : {}) },
    },
    spec: {
      containers: [],
      ...template?.spec,
      tolerations: tolerationsOf(template?.spec),
      affinity: { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: onlyThere } },
    },
  };
}

/** The node that a daemon pod is on or waits for. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms) {
    const field = matchFields.find(({ key, operator, values }) => key === nodeNameField && operator === 'In' && values?.length === 1);
    if (field) return field.values?.[0];
  }
  return undefined;
}

/** Was the pod made from the present template? By revision, or (pods of before revisions) by generation. */
export function isUpdated(set: DaemonSet, { metadata }: Pod, hash: string): boolean {
  const generation = set.metadata?.annotations?.[templateGenerationAnnotation];
  const sameGeneration = generation !== undefined && metadata?.labels?.[templateGenerationLabel] === generation;
  return metadata?.labels?.[revisionLabel] === hash || sameGeneration;
}
