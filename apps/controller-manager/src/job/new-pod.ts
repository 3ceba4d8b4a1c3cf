import type { Container, Job, Pod, PodSpec } from '@typernetes/api';
import { controllerReference } from '@typernetes/machinery';
import { indexFailureCountKey, indexIgnoredFailureCountKey, indexKey, trackingFinalizer } from './job-facts';
import type { NewPod } from './job-pods';

const indexVariable = 'JOB_COMPLETION_INDEX';
const nameMax = 63;
const suffixLength = 5;

/** What jobs are in owner references. */
export const jobGvk = { apiVersion: 'batch/v1', kind: 'Job' };

/** The pod that a job makes of its template, with what it needs to be counted, and to know its index. */
export function podOfJob(job: Job, { index, failures }: NewPod): Pod {
  const { name = '', namespace } = job.metadata ?? {};
  const { metadata, spec } = job.spec?.template ?? {};
  const annotations = {
    ...metadata?.annotations,
    ...(index === undefined ? {} : { [indexKey]: `${index}` }),
    ...(failures ? { [indexFailureCountKey]: `${failures.counted}` } : {}),
    ...(failures?.ignored ? { [indexIgnoredFailureCountKey]: `${failures.ignored}` } : {}),
  };
  return {
    metadata: {
      generateName: generateNameOf(name, index),
      namespace,
      labels: { ...metadata?.labels, ...(index === undefined ? {} : { [indexKey]: `${index}` }) },
      ...(Object.keys(annotations).length ? { annotations } : {}),
      finalizers: [...new Set([...(metadata?.finalizers ?? []), trackingFinalizer])],
      ownerReferences: [controllerReference(job, jobGvk)],
    },
    spec: index === undefined || !spec ? spec : indexedSpec(spec, `${name}-${index}`),
  };
}

/** The generated suffix must fit behind the index. */
function generateNameOf(name: string, index: number | undefined): string {
  if (index === undefined) return `${name}-`;
  const tail = `-${index}-`;
  return name.slice(0, nameMax - suffixLength - tail.length) + tail;
}

/** A stable name, and the index as a variable of every container that sets none itself. */
function indexedSpec(spec: PodSpec, hostname: string): PodSpec {
  const valueFrom = { fieldRef: { fieldPath: `metadata.labels['${indexKey}']` } };
  const withIndex = <C extends Container>(container: C): C =>
    container.env?.some(({ name }) => name === indexVariable) ? container : { ...container, env: [...(container.env ?? []), { name: indexVariable, valueFrom }] };
  return {
    ...spec,
    hostname,
    containers: spec.containers.map(withIndex),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(withIndex) } : {}),
  };
}
