import type { Diagnosis } from './core/diagnosis';
import { diagnosisMessage } from './core/diagnosis';
import type { Preemption } from './core/preemption';
import { chooseVictims, preemptionCandidates } from './core/preemption';
import { evictVictims } from './evict-victims';
import { candidatesByExtenders } from './extenders/ask-extenders';
import type { Extender } from './extenders/extender';
import type { PodInfo } from './framework/pod-info';
import type { Profile } from './framework/profile';
import type { SchedulerDependencies } from './dependencies';
import { reportFailure, writePodStatus } from './report-failure';

interface Unschedulable {
  readonly info: PodInfo;
  readonly profile: Profile;
  readonly diagnosis: Diagnosis;
  /** Those that are interested in the pod. */
  readonly extenders: readonly Extender[];
}

/** No node takes the pod as it is: it waits for an event or, when evicting others helps, for their end. */
export function makeRoom(subject: Unschedulable, wake: () => void, dependencies: SchedulerDependencies): void {
  const { cache, nominator, queue, clock, random, metrics, logger } = dependencies;
  const { info, profile, diagnosis } = subject;
  const startedAtMs = clock.monotonic();
  const rejectedBy = new Set([...diagnosis.rejections.values()].map(({ plugin }) => plugin));
  helpThemselves(subject, rejectedBy, dependencies);
  const found = preemptionCandidates(info, diagnosis, { profile, snapshot: cache, nominator, random, budgets: cache.budgets });
  // Without any node, any node that comes may help.
  queue.failed(info.uid, rejectedBy.size ? rejectedBy : new Set(['*']), clock.monotonic());
  const conclude = (preemption: Preemption): void => {
    if (profile.preemption) {
      const status = preemption.outcome === 'evict' ? 'Success' : 'Unschedulable';
      metrics.point('postFilter', profile.schedulerName, { status, seconds: (clock.monotonic() - startedAtMs) / 1_000 });
    }
    if (preemption.outcome === 'evict') evict(subject, preemption, wake, dependencies);
    else stays(subject, preemption, dependencies);
  };
  if (!('candidates' in found)) return conclude(found);
  if (!subject.extenders.some(({ preempts }) => preempts)) return conclude(chooseVictims(found));
  candidatesByExtenders(info, found, { extenders: subject.extenders, logger })
    // A pod that went meanwhile needs no room.
    .then((left) => (queue.has(info.uid) ? conclude(chooseVictims(left)) : undefined))
    .catch((error: unknown) => {
      logger.error({ error, pod: info.key }, 'an extender failed to say who may be evicted');
      conclude({ outcome: 'none', message: found.message });
    });
}

/** What a plugin does by itself comes back as an event. */
function helpThemselves({ info, profile }: Unschedulable, rejectedBy: ReadonlySet<string>, { logger }: SchedulerDependencies): void {
  for (const plugin of profile.postFilters) {
    if (!rejectedBy.has(plugin.name)) continue;
    plugin.postFilter?.(info)?.catch((error: unknown) => logger.warn({ pod: info.key, plugin: plugin.name, error }, 'could not make the pod schedulable'));
  }
}

function stays({ info, diagnosis }: Unschedulable, preemption: Exclude<Preemption, { outcome: 'evict' }>, dependencies: SchedulerDependencies): void {
  if (preemption.outcome === 'none') dependencies.nominator.delete(info.uid);
  const nominatedNodeName = preemption.outcome === 'none' && info.pod.status?.nominatedNodeName ? null : undefined;
  void reportFailure(info, { reason: 'Unschedulable', message: diagnosisMessage(diagnosis, preemption.message), nominatedNodeName }, dependencies);
}

function evict({ info, diagnosis }: Unschedulable, preemption: Extract<Preemption, { outcome: 'evict' }>, wake: () => void, dependencies: SchedulerDependencies): void {
  const { nominator, queue, clock, metrics, logger } = dependencies;
  const { nodeName, victims } = preemption;
  metrics.preemption(victims.length);
  const overtaken = nominator.podsOn(nodeName, info).filter(({ priority }) => priority < info.priority);
  for (const { uid } of overtaken) nominator.delete(uid);
  nominator.nominate(info, nodeName);
  void reportFailure(info, { reason: 'Unschedulable', message: diagnosisMessage(diagnosis, ''), nominatedNodeName: nodeName }, dependencies);
  for (const other of overtaken) void writePodStatus(other, { nominatedNodeName: null }, dependencies);
  evictVictims(info, preemption, dependencies).catch((error: unknown) => {
    nominator.delete(info.uid);
    logger.error({ error, pod: info.key }, 'could not evict the victims');
    queue.moveOnEvent({ kind: 'ForceActivate' }, clock.monotonic());
    wake();
  });
}
