import { defineKind } from '../define-kind';
import { resources } from '../resources';
import { keepField, keepSpec } from '../strategies';
import { autoscalerPrinter } from '../printers/autoscaler';
import { validateHorizontalPodAutoscalerCreate, validateHorizontalPodAutoscalerStatusUpdate } from '../validation/horizontal-pod-autoscaler';
import { autoscalerToV1, autoscalerToV2 } from './convert';

const names = { shortNames: ['hpa'], categories: ['all'] };

export const horizontalPodAutoscaler = defineKind(resources.horizontalPodAutoscalers, {
  ...names,
  strategy: {
    prepareForCreate: (next) => {
      next.status = { currentReplicas: 0, desiredReplicas: 0 };
    },
    prepareForUpdate: (next, previous) => keepField(next, previous, 'status'),
  },
  statusStrategy: keepSpec,
});

/** The same objects in the older form; its rules are those of the form that is stored. */
export const horizontalPodAutoscalerV1 = defineKind(resources.horizontalPodAutoscalersV1, {
  ...names,
  storedAs: {
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    toStored: autoscalerToV2,
    fromStored: autoscalerToV1,
  },
  defaults: ({ spec }) => {
    if (spec) spec.minReplicas ??= 1;
  },
  strategy: {
    prepareForCreate: (next) => {
      next.status = { currentReplicas: 0, desiredReplicas: 0 };
    },
    prepareForUpdate: (next, previous) => keepField(next, previous, 'status'),
    validateCreate: (next) => validateHorizontalPodAutoscalerCreate(autoscalerToV2(next)),
    validateUpdate: (next) => validateHorizontalPodAutoscalerCreate(autoscalerToV2(next)),
  },
  statusStrategy: {
    ...keepSpec,
    validateUpdate: (next, previous) => validateHorizontalPodAutoscalerStatusUpdate(autoscalerToV2(next), autoscalerToV2(previous)),
  },
  printer: { columns: autoscalerPrinter.columns, row: (object, nowMs) => autoscalerPrinter.row(autoscalerToV2(object), nowMs) },
});
