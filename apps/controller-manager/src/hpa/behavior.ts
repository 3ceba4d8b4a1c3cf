import type { V2HorizontalPodAutoscalerBehavior, V2HPAScalingRules } from '@typernetes/api';

/** A number of replicas at a time; for `changes` how many came or went. */
export interface Dated {
  atMs: number;
  replicas: number;
}

/** What an autoscaler remembers between its looks. */
export interface Memory {
  recommendations: Dated[];
  scaleUps: Dated[];
  scaleDowns: Dated[];
}

export const newMemory = (): Memory => ({ recommendations: [], scaleUps: [], scaleDowns: [] });

export interface Wish {
  current: number;
  /** What the metrics ask for. */
  desired: number;
  min: number;
  max: number;
  nowMs: number;
}

export interface LimitedWish {
  replicas: number;
  /** Why it is not what the metrics ask for: ScalingLimited is True. */
  limited: { reason: string; message: string } | undefined;
  /** Reason and text of AbleToScale. */
  able: { reason: string; message: string };
}

/** How long the highest recommendation holds when nothing else is said (--horizontal-pod-autoscaler-downscale-stabilization). */
export const downscaleStabilizationSeconds = 300;

const ready = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const downStabilized = { reason: 'ScaleDownStabilized', message: 'recent recommendations were higher than current one, applying the highest recent recommendation' };
const upStabilized = { reason: 'ScaleUpStabilized', message: 'recent recommendations were lower than current one, applying the lowest recent recommendation' };

const limits = {
  tooFew: { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' },
  tooMany: { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' },
  up: { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' },
  down: { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' },
};

const since = (list: readonly Dated[], nowMs: number, seconds: number): Dated[] => list.filter(({ atMs }) => atMs > nowMs - seconds * 1000);

/** Remembers a recommendation and forgets those that no window reaches. */
function remember(memory: Memory, { desired, nowMs }: Wish, keepSeconds: number): void {
  memory.recommendations = [...since(memory.recommendations, nowMs, keepSeconds), { atMs: nowMs, replicas: desired }];
}

/** Without rules of its own: down only as far as the highest recommendation of five minutes, up at most double (or to four). */
export function limitByDefault(wish: Wish, memory: Memory): LimitedWish {
  const recent = since(memory.recommendations, wish.nowMs, downscaleStabilizationSeconds);
  const stable = Math.max(wish.desired, ...recent.map(({ replicas }) => replicas));
  remember(memory, wish, downscaleStabilizationSeconds);
  const able = stable === wish.desired ? ready : downStabilized;
  if (stable < wish.min) return { replicas: wish.min, limited: limits.tooFew, able };
  const rate = Math.max(2 * wish.current, 4);
  const most = Math.min(rate, wish.max);
  if (stable > most) return { replicas: most, limited: wish.max > rate ? limits.up : limits.tooMany, able };
  return { replicas: stable, limited: undefined, able };
}

/** With rules (KEP-853): each direction has a window over which it waits, and policies for its speed. */
export function limitByBehavior(wish: Wish, behavior: V2HorizontalPodAutoscalerBehavior, memory: Memory): LimitedWish {
  const { scaleUp = {}, scaleDown = {} } = behavior;
  const { stable, able } = stabilized(wish, { scaleUp, scaleDown }, memory);
  if (stable > wish.current) {
    const limit = Math.max(wish.current, upLimit(wish, scaleUp, memory));
    const most = Math.min(limit, wish.max);
    if (stable > most) return { replicas: most, limited: wish.max > limit ? limits.up : limits.tooMany, able };
  } else if (stable < wish.current) {
    const limit = Math.min(wish.current, downLimit(wish, scaleDown, memory));
    const least = Math.max(limit, wish.min);
    if (stable < least) return { replicas: least, limited: wish.min < limit ? limits.down : limits.tooFew, able };
  }
  return { replicas: stable, limited: undefined, able };
}

function stabilized(wish: Wish, { scaleUp, scaleDown }: { scaleUp: V2HPAScalingRules; scaleDown: V2HPAScalingRules }, memory: Memory): { stable: number; able: LimitedWish['able'] } {
  const upSeconds = scaleUp.stabilizationWindowSeconds ?? 0;
  const downSeconds = scaleDown.stabilizationWindowSeconds ?? downscaleStabilizationSeconds;
  const within = (seconds: number): number[] => since(memory.recommendations, wish.nowMs, seconds).map(({ replicas }) => replicas);
  const lowest = Math.min(wish.desired, ...within(upSeconds));
  const highest = Math.max(wish.desired, ...within(downSeconds));
  remember(memory, wish, Math.max(upSeconds, downSeconds));
  let stable = wish.current;
  if (stable < lowest) stable = lowest;
  if (stable > highest) stable = highest;
  if (stable === wish.desired) return { stable, able: ready };
  return { stable, able: wish.desired >= wish.current ? upStabilized : downStabilized };
}

const total = (changes: readonly Dated[], nowMs: number, seconds: number): number => since(changes, nowMs, seconds).reduce((sum, { replicas }) => sum + replicas, 0);

/** The most that the policies allow now, counted from where each period began. */
function upLimit({ current, nowMs }: Wish, { selectPolicy, policies = [] }: V2HPAScalingRules, memory: Memory): number {
  if (selectPolicy === 'Disabled') return current;
  const allowed = policies.map(({ type, value, periodSeconds }) => {
    const begin = current - total(memory.scaleUps, nowMs, periodSeconds) + total(memory.scaleDowns, nowMs, periodSeconds);
    return type === 'Pods' ? begin + value : Math.ceil(begin * (1 + value / 100));
  });
  return allowed.length ? (selectPolicy === 'Min' ? Math.min(...allowed) : Math.max(...allowed)) : Infinity;
}

function downLimit({ current, nowMs }: Wish, { selectPolicy, policies = [] }: V2HPAScalingRules, memory: Memory): number {
  if (selectPolicy === 'Disabled') return current;
  const allowed = policies.map(({ type, value, periodSeconds }) => {
    const begin = current + total(memory.scaleDowns, nowMs, periodSeconds) - total(memory.scaleUps, nowMs, periodSeconds);
    return type === 'Pods' ? begin - value : Math.trunc(begin * (1 - value / 100));
  });
  // The policy that changes least is the one that leaves most.
  return allowed.length ? (selectPolicy === 'Min' ? Math.max(...allowed) : Math.min(...allowed)) : 0;
}

/** Remembers that the target was scaled: the policies count it. */
export function rememberChange(memory: Memory, behavior: V2HorizontalPodAutoscalerBehavior | undefined, { from, to, nowMs }: { from: number; to: number; nowMs: number }): void {
  const longest = (rules?: V2HPAScalingRules): number => Math.max(0, ...(rules?.policies ?? []).map(({ periodSeconds }) => periodSeconds));
  const keep = Math.max(longest(behavior?.scaleUp), longest(behavior?.scaleDown));
  memory.scaleUps = since(memory.scaleUps, nowMs, keep);
  memory.scaleDowns = since(memory.scaleDowns, nowMs, keep);
  if (to > from) memory.scaleUps.push({ atMs: nowMs, replicas: to - from });
  else if (to < from) memory.scaleDowns.push({ atMs: nowMs, replicas: from - to });
}
