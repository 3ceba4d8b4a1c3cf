import { resources, type Pod, type PodSpec, type RuntimeClass } from '@typernetes/api';
import { jsonEqual } from '@typernetes/machinery';
import type { AdmissionContext, AdmissionPlugin } from '../pipeline/admission';
import type { ObjectReader } from '../pipeline/object-reader';
import { forbid, isCore } from './forbid';

/**
 * Gives a pod the overhead and the placement of its runtime class (KEP-688, KEP-894). Changes `spec`.
 *
 * @returns why the pod contradicts the class
 */
export function applyRuntimeClass(spec: PodSpec, { overhead, scheduling }: RuntimeClass): string | undefined {
  if (overhead) {
    if (spec.overhead && !jsonEqual(spec.overhead, overhead.podFixed ?? {})) return 'pod rejected: Pod\'s Overhead doesn\'t match RuntimeClass\'s defined Overhead';
    if (overhead.podFixed) spec.overhead = { ...overhead.podFixed };
  }
  for (const [name, value] of Object.entries(scheduling?.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[name];
    if (own !== undefined && own !== value) return `conflict: runtimeClass.scheduling.nodeSelector[${name}] = ${value}; pod.spec.nodeSelector[${name}] = ${own}`;
    spec.nodeSelector = { ...spec.nodeSelector, [name]: value };
  }
  for (const toleration of scheduling?.tolerations ?? []) {
    if (!spec.tolerations?.some((own) => jsonEqual(own, toleration))) spec.tolerations = [...(spec.tolerations ?? []), { ...toleration }];
  }
  return undefined;
}

/** Why a pod's overhead can't be what it says; undefined when it can. */
export function overheadFault({ overhead }: PodSpec, runtimeClass: RuntimeClass | undefined): string | undefined {
  if (!overhead || Object.keys(overhead).length === 0) return undefined;
  if (!runtimeClass?.overhead) return 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
  return jsonEqual(overhead, runtimeClass.overhead.podFixed ?? {}) ? undefined : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
}

/** Makes pods fit their RuntimeClass. */
export function runtimeClassAdmission(objects: ObjectReader): AdmissionPlugin {
  const classOf = async (context: AdmissionContext, { runtimeClassName }: PodSpec): Promise<RuntimeClass | undefined> => {
    if (!runtimeClassName) return undefined;
    // A class that was made a moment ago is not in the cache yet.
    const found = objects.get(resources.runtimeClasses, runtimeClassName) ?? (await objects.read(resources.runtimeClasses, runtimeClassName));
    if (!found) throw forbid(context, `pod rejected: RuntimeClass ${JSON.stringify(runtimeClassName)} not found`);
    return found;
  };
  return {
    name: 'RuntimeClass',
    operations: ['CREATE'],
    admit: async (context) => {
      const spec = (context.object as Pod | undefined)?.spec;
      if (!isCore(context, 'pods') || !spec) return;
      const runtimeClass = await classOf(context, spec);
      const why = runtimeClass && applyRuntimeClass(spec, runtimeClass);
      if (why !== undefined) throw forbid(context, why);
    },
    validate: async (context) => {
      const spec = (context.object as Pod | undefined)?.spec;
      if (!isCore(context, 'pods') || !spec) return;
      const why = overheadFault(spec, await classOf(context, spec));
      if (why !== undefined) throw forbid(context, why);
    },
  };
}
