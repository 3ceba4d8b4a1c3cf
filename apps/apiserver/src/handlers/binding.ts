import type { Binding, Pod } from '@typernetes/api';
import { apiErrors, fieldError, formatTime, type KubernetesObject } from '@typernetes/machinery';
import type { Environment } from '../environment';
import type { SubresourceHandler } from '../pipeline/subresource';
import { guaranteedUpdate, type Change } from '../store/guaranteed-update';
import { callOf } from './call-of';
import { successStatus } from './success-status';

type PodCondition = NonNullable<NonNullable<Pod['status']>['conditions']>[number];

/** POST pods/<name>/binding: the scheduler's decision. A pod is bound once; the second binding is a Conflict. */
export function bindingHandler(environment: () => Environment): SubresourceHandler {
  return {
    call: async (context) => {
      const binding = (context.body ?? {}) as KubernetesObject & Binding;
      const name = context.target.name || (binding.metadata?.name ?? '');
      const node = nodeOf(binding, name);
      const call = callOf(environment(), context, { resource: 'pods', name });
      await guaranteedUpdate(call, call.environment.stores.of(call.kind), (current): Change => {
        const pod = current.parse() as KubernetesObject & Pod;
        const why = refusal(pod, binding);
        if (why !== undefined) throw apiErrors.conflict({ group: '', resource: 'pods/binding', name }, why);
        return { type: 'put', next: bind(pod, { node, annotations: binding.metadata?.annotations, now: formatTime(call.environment.clock.now()) }) };
      });
      return { code: 201, object: successStatus(201) };
    },
  };
}

function nodeOf({ target }: Binding, name: string): string {
  const invalid = (error: ReturnType<typeof fieldError.required>): Error => apiErrors.invalid({ group: '', resource: 'Binding', name }, [error]);
  if (target?.kind && target.kind !== 'Node') throw invalid(fieldError.notSupported('target.kind', target.kind, ['Node', '<empty>']));
  if (!target?.name) throw invalid(fieldError.required('target.name'));
  return target.name;
}

/** Why a pod can't be bound, in upstream's words. */
function refusal({ metadata, spec }: KubernetesObject & Pod, binding: KubernetesObject): string | undefined {
  const uid = binding.metadata?.uid;
  if (uid && uid !== metadata?.uid) return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata?.uid}`;
  if (metadata?.deletionTimestamp) return `pod ${metadata.name} is being deleted, cannot be assigned to a host`;
  if (spec?.nodeName) return `pod ${metadata?.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`;
  if (spec?.schedulingGates?.length) return `pod ${metadata?.name} has non-empty .spec.schedulingGates`;
  return undefined;
}

interface Decision {
  readonly node: string;
  readonly annotations: Record<string, string> | undefined;
  readonly now: string;
}

function bind(pod: KubernetesObject & Pod, { node, annotations, now }: Decision): KubernetesObject {
  const conditions = pod.status?.conditions ?? [];
  const scheduled: PodCondition = { type: 'PodScheduled', status: 'True', lastTransitionTime: now };
  const next: KubernetesObject & Pod = {
    ...pod,
    spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: node },
    status: { ...pod.status, conditions: [...conditions.filter(({ type }) => type !== 'PodScheduled'), scheduled] },
  };
  if (annotations) next.metadata = { ...next.metadata, annotations: { ...next.metadata?.annotations, ...annotations } };
  return next;
}
