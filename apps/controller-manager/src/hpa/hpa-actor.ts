import type { ResourceType, V2HorizontalPodAutoscaler, V2HorizontalPodAutoscalerStatus, V2MetricStatus } from '@typernetes/api';
import { builtInKinds, resources } from '@typernetes/api';
import { formatTime, LabelSelectorError, parseApiVersion, parseLabelSelector, quantityToNumber, setCondition, type KubernetesObject } from '@typernetes/machinery';
import type { ControllerContext } from '../context';
import { sameStatus } from '../same-status';
import { limitByBehavior, limitByDefault, newMemory, rememberChange, type Memory } from './behavior';
import { evaluateMetrics, type ScaleFacts } from './evaluate';
import { MetricsSource } from './metrics-source';
import type { Tolerances } from './replica-math';

/** autoscaling/v1 Scale. */
export interface Scale extends KubernetesObject {
  spec?: { replicas?: number };
  status?: { replicas: number; selector?: string };
}

/** Relative difference that is not worth a change (--horizontal-pod-autoscaler-tolerance). */
const defaultTolerance = 0.1;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const tolerancesOf = ({ spec }: V2HorizontalPodAutoscaler): Tolerances => {
  const share = (text: string | undefined): number => (text === undefined ? defaultTolerance : quantityToNumber(text, 'milli') / 1000);
  return { up: share(spec?.behavior?.scaleUp?.tolerance), down: share(spec?.behavior?.scaleDown?.tolerance) };
};

/** What a look at one autoscaler comes to, gathered for its status. */
class Look {
  conditions;
  metrics: V2MetricStatus[] | undefined;

  constructor(
    readonly autoscaler: V2HorizontalPodAutoscaler,
    readonly nowMs: number,
  ) {
    this.conditions = autoscaler.status?.conditions ?? [];
    this.metrics = autoscaler.status?.currentMetrics;
  }

  say(type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited', status: boolean, { reason, message }: { reason: string; message: string }): void {
    this.conditions = [...setCondition(this.conditions, { type, status: status ? 'True' : 'False', reason, message }, this.nowMs)];
  }
}

/** Looks at one autoscaler's figures and scales its target. */
export class HpaActor {
  private readonly events;
  private readonly source: MetricsSource;
  private readonly memories = new Map<string, Memory>();

  constructor(private readonly context: ControllerContext) {
    this.events = context.events('horizontal-pod-autoscaler');
    this.source = new MetricsSource(context.client);
  }

  forget({ metadata }: V2HorizontalPodAutoscaler): void {
    this.memories.delete(metadata?.uid ?? '');
  }

  async reconcile(autoscaler: V2HorizontalPodAutoscaler): Promise<void> {
    const look = new Look(autoscaler, this.context.clock.now());
    const target = await this.scaleOf(look).catch((error: unknown) => {
      this.record(autoscaler, 'Warning', 'FailedGetScale', messageOf(error));
      look.say('AbleToScale', false, { reason: 'FailedGetScale', message: `the HPA controller was unable to get the target's current scale: ${messageOf(error)}` });
      return undefined;
    });
    if (!target) return this.writeStatus(look, {});
    look.say('AbleToScale', true, { reason: 'SucceededGetScale', message: "the HPA controller was able to get the target's current scale" });
    const current = target.scale.spec?.replicas ?? 0;
    const decision = await this.decide(look, target.scale);
    if (!decision) return this.writeStatus(look, { currentReplicas: current });
    const { desired, reason } = decision;
    const isScaled = desired !== current && (await this.rescale(look, target, { desired, reason }));
    await this.writeStatus(look, { currentReplicas: current, desiredReplicas: desired !== current && !isScaled ? current : desired, ...(isScaled ? { lastScaleTime: formatTime(look.nowMs) } : {}) });
  }

  /** @throws Error when there is no such target, or none that can be scaled */
  private async scaleOf({ autoscaler }: Look): Promise<{ type: ResourceType<Scale>; scale: Scale }> {
    const { apiVersion = 'v1', kind = '', name = '' } = autoscaler.spec?.scaleTargetRef ?? {};
    const { group, version } = parseApiVersion(apiVersion);
    const builtIn = builtInKinds.find((each) => each.kind === kind && each.group === group && each.version === version && each.scale);
    const found = builtIn ?? this.context.kinds.findCustom({ apiVersion, kind });
    if (!found) throw new Error(`no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`);
    const type = found as unknown as ResourceType<Scale>;
    const scale = await this.context.client.resource(type).get(name, { namespace: autoscaler.metadata?.namespace, subresource: 'scale' });
    return { type, scale };
  }

  /** Undefined: the figures say nothing, and everything stays as it is. */
  private async decide(look: Look, scale: Scale): Promise<{ desired: number; reason: string } | undefined> {
    const { minReplicas: min = 1, maxReplicas: max = 1 } = look.autoscaler.spec ?? {};
    const current = scale.spec?.replicas ?? 0;
    if (current === 0 && min !== 0) {
      look.say('ScalingActive', false, { reason: 'ScalingDisabled', message: 'scaling is disabled since the replica count of the target is zero' });
      return { desired: 0, reason: '' };
    }
    if (current > max) return { desired: max, reason: 'Current number of replicas above Spec.MaxReplicas' };
    if (current < min) return { desired: min, reason: 'Current number of replicas below Spec.MinReplicas' };
    const facts = this.factsOf(look, scale);
    if (!facts) return undefined;
    const verdict = await evaluateMetrics(look.autoscaler, facts, this.source);
    look.metrics = verdict.statuses;
    if (!verdict.ok) {
      look.say('ScalingActive', false, verdict);
      this.record(look.autoscaler, 'Warning', verdict.reason, verdict.error.replace(/^.*first error is: /, ''));
      this.record(look.autoscaler, 'Warning', 'FailedComputeMetricsReplicas', verdict.error);
      return undefined;
    }
    look.say('ScalingActive', true, { reason: 'ValidMetricFound', message: `the HPA was able to successfully calculate a replica count from ${verdict.metric}` });
    const desired = this.limit(look, { current, desired: verdict.replicas, min, max, nowMs: look.nowMs });
    return { desired, reason: desired > current ? `${verdict.metric} above target` : 'All metrics below target' };
  }

  private factsOf(look: Look, scale: Scale): ScaleFacts | undefined {
    const { namespace = '' } = look.autoscaler.metadata ?? {};
    const selector = scale.status?.selector ?? '';
    const refuse = (message: string): undefined => {
      look.say('ScalingActive', false, { reason: 'InvalidSelector', message });
      this.record(look.autoscaler, 'Warning', 'SelectorRequired', message);
      return undefined;
    };
    if (!selector) return refuse("the HPA target's scale is missing a selector");
    try {
      const parsed = parseLabelSelector(selector);
      const pods = this.context.informers.informer(resources.pods).list(namespace).filter(({ metadata }) => parsed.matches(metadata?.labels));
      return { namespace, selector, pods, current: scale.spec?.replicas ?? 0, statusReplicas: scale.status?.replicas ?? 0, tolerances: tolerancesOf(look.autoscaler), nowMs: look.nowMs };
    } catch (error) {
      if (!(error instanceof LabelSelectorError)) throw error;
      return refuse(`couldn't convert selector into a corresponding internal selector object: ${error.message}`);
    }
  }

  private limit(look: Look, wish: Parameters<typeof limitByDefault>[0]): number {
    const memory = this.memoryOf(look, wish.current);
    const { behavior } = look.autoscaler.spec ?? {};
    const { replicas, limited, able } = behavior ? limitByBehavior(wish, behavior, memory) : limitByDefault(wish, memory);
    look.say('AbleToScale', true, able);
    look.say('ScalingLimited', limited !== undefined, limited ?? { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' });
    return replicas;
  }

  private async rescale(look: Look, { type, scale }: { type: ResourceType<Scale>; scale: Scale }, { desired, reason }: { desired: number; reason: string }): Promise<boolean> {
    const size = `New size: ${desired}; reason: ${reason}`;
    try {
      await this.context.client.resource(type).update({ ...scale, apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { ...scale.spec, replicas: desired } }, { subresource: 'scale' });
    } catch (error) {
      this.record(look.autoscaler, 'Warning', 'FailedRescale', `${size}; error: ${messageOf(error)}`);
      look.say('AbleToScale', false, { reason: 'FailedUpdateScale', message: `the HPA controller was unable to update the target scale: ${messageOf(error)}` });
      return false;
    }
    look.say('AbleToScale', true, { reason: 'SucceededRescale', message: `the HPA controller was able to update the target scale to ${desired}` });
    this.record(look.autoscaler, 'Normal', 'SuccessfulRescale', size);
    rememberChange(this.memoryOf(look, scale.spec?.replicas ?? 0), look.autoscaler.spec?.behavior, { from: scale.spec?.replicas ?? 0, to: desired, nowMs: look.nowMs });
    return true;
  }

  /** The size that it is found with counts as recommended: a controller that has just started takes nothing away at once. */
  private memoryOf({ autoscaler, nowMs }: Look, current: number): Memory {
    const uid = autoscaler.metadata?.uid ?? '';
    const known = this.memories.get(uid);
    if (known) return known;
    const memory = newMemory();
    memory.recommendations.push({ atMs: nowMs, replicas: current });
    this.memories.set(uid, memory);
    return memory;
  }

  private async writeStatus({ autoscaler, conditions, metrics }: Look, changes: Partial<V2HorizontalPodAutoscalerStatus>): Promise<void> {
    const before = autoscaler.status;
    const status: V2HorizontalPodAutoscalerStatus = {
      ...before,
      desiredReplicas: before?.desiredReplicas ?? 0,
      ...changes,
      conditions,
      currentMetrics: metrics,
      observedGeneration: autoscaler.metadata?.generation,
    };
    if (sameStatus(status, before)) return;
    await this.context.client.resource(resources.horizontalPodAutoscalers).updateStatus({ ...autoscaler, status });
  }

  private record(autoscaler: V2HorizontalPodAutoscaler, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.events.record({ type: resources.horizontalPodAutoscalers, object: autoscaler }, type, reason, message);
  }
}
