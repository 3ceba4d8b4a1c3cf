import { qosClass } from '@typernetes/machinery';
import { defineKind, proxyVerbs, subresource } from '../define-kind';
import type { Pod } from '../generated/types';
import { resources } from '../resources';
import { countGenerationOfSpec, keepField, startGeneration } from '../strategies';
import { keepAllButEphemeralContainers, keepAllButResources } from './pod-parts';

/** A pod that waits at a gate says so from the start (KEP-3521). */
function initialConditions(pod: Pod): NonNullable<Pod['status']>['conditions'] {
  if (!pod.spec?.schedulingGates?.length) return undefined;
  return [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ];
}

/** Nothing runs, so nothing needs time to end. */
const runsNowhere = ({ spec, status }: Pod): boolean => !spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed';

export const pod = defineKind(resources.pods, {
  shortNames: ['po'],
  categories: ['all'],
  hasGeneration: true,
  subresources: [
    subresource('attach', 'PodAttachOptions', ['create', 'get']),
    subresource('binding', 'Binding', ['create']),
    subresource('eviction', 'Eviction', ['create'], { group: 'policy', version: 'v1' }),
    subresource('exec', 'PodExecOptions', ['create', 'get']),
    subresource('log', 'Pod', ['get']),
    subresource('portforward', 'PodPortForwardOptions', ['create', 'get']),
    subresource('proxy', 'PodProxyOptions', proxyVerbs),
  ],
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec?.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec?.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec?.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIP ?? '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
  gracePeriodSeconds: (pod) => (runsNowhere(pod) ? undefined : (pod.spec?.terminationGracePeriodSeconds ?? 30)),
  strategy: {
    prepareForCreate: (next) => {
      const conditions = initialConditions(next);
      next.status = { phase: 'Pending', qosClass: qosClass(next), ...(conditions ? { conditions } : {}) };
      startGeneration(next);
    },
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'status');
      countGenerationOfSpec(next, previous);
    },
  },
  partStrategies: {
    ephemeralcontainers: {
      prepareForUpdate: (next, previous) => {
        keepAllButEphemeralContainers(next, previous);
        countGenerationOfSpec(next, previous);
      },
    },
    resize: {
      prepareForUpdate: (next, previous) => {
        keepAllButResources(next, previous);
        countGenerationOfSpec(next, previous);
      },
    },
  },
  statusStrategy: {
    prepareForUpdate: (next, previous) => {
      keepField(next, previous, 'spec');
      if (!next.metadata || !previous.metadata) return;
      // A kubelet's stale copy must neither bring a pod back to life nor change its owner.
      keepField(next.metadata, previous.metadata, 'deletionTimestamp');
      keepField(next.metadata, previous.metadata, 'ownerReferences');
      if (next.status && previous.status?.qosClass) next.status.qosClass = previous.status.qosClass;
    },
  },
});
