import type { V2HorizontalPodAutoscaler, V2HorizontalPodAutoscalerBehavior } from '../generated/types';

const defaultUtilization = 80;

/** Up: at most double or by four pods each quarter of a minute, at once. Down: as far as needed (API documentation "HorizontalPodAutoscaler"). */
function defaultBehavior(behavior: V2HorizontalPodAutoscalerBehavior): void {
  const up = (behavior.scaleUp ??= {});
  up.selectPolicy ??= 'Max';
  up.stabilizationWindowSeconds ??= 0;
  up.policies ??= [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ];
  const down = (behavior.scaleDown ??= {});
  down.selectPolicy ??= 'Max';
  down.policies ??= [{ type: 'Percent', value: 100, periodSeconds: 15 }];
}

export function defaultHorizontalPodAutoscaler({ spec }: V2HorizontalPodAutoscaler): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) {
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: defaultUtilization } } }];
  }
  if (spec.behavior) defaultBehavior(spec.behavior);
}
