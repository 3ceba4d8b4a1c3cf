import type { LimitRange, LimitRangeItem, PodTemplate, PriorityClass } from '../generated/types';
import { defaultPodTemplateSpec } from './pod';

export function defaultPriorityClass(priorityClass: PriorityClass): void {
  priorityClass.preemptionPolicy ||= 'PreemptLowerPriority';
}

export function defaultPodTemplate({ template }: PodTemplate): void {
  if (template) defaultPodTemplateSpec(template);
}

/** What containers get that say nothing: at most the maximum, as request the limit or else the minimum. */
function defaultLimits(item: LimitRangeItem): void {
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length) item.default = limits;
  if (Object.keys(requests).length) item.defaultRequest = requests;
}

export function defaultLimitRange({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) if (item.type === 'Container') defaultLimits(item);
}
