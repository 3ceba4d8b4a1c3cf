import type { ReplicationController } from '../generated/types';
import { defaultPodTemplateSpec } from './pod';

/** Selector and labels are the template's unless given. */
export function defaultReplicationController(controller: ReplicationController): void {
  const { spec } = controller;
  if (!spec) return;
  spec.replicas ??= 1;
  const { template } = spec;
  if (!template) return;
  defaultPodTemplateSpec(template);
  const labels = template.metadata?.labels;
  if (!labels) return;
  if (isEmpty(spec.selector)) spec.selector = { ...labels };
  if (isEmpty(controller.metadata?.labels)) controller.metadata = { ...controller.metadata, labels: { ...labels } };
}

const isEmpty = (map: object | undefined): boolean => map === undefined || Object.keys(map).length === 0;
