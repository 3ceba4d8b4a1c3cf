import type { KubernetesObject } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { Job } from '../generated/types';
import { resources } from '../resources';
import { keepSpec, withStatusOf } from '../strategies';

/** Each has an older name that selectors of users still ask for. */
const nameLabels = ['batch.kubernetes.io/job-name', 'job-name'];
export const controllerUidLabels = ['batch.kubernetes.io/controller-uid', 'controller-uid'] as const;

/** A job's pods are found by its UID, which nobody else has; unless the user wants to select by hand. */
function generateSelector({ metadata = {}, spec }: KubernetesObject & Job): void {
  if (!spec?.template || spec.manualSelector) return;
  const [label] = controllerUidLabels;
  const generated: Record<string, string> = {};
  for (const name of controllerUidLabels) generated[name] = metadata.uid ?? '';
  for (const name of nameLabels) generated[name] = metadata.name ?? '';
  const template = (spec.template.metadata ??= {});
  template.labels = { ...generated, ...template.labels };
  const selector = (spec.selector ??= {});
  selector.matchLabels = { [label]: metadata.uid ?? '', ...selector.matchLabels };
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...template.labels };
}

const { prepareForCreate, prepareForUpdate } = withStatusOf({});

export const job = defineKind(resources.jobs, {
  categories: ['all'],
  hasGeneration: true,
  orphansByDefault: true,
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  strategy: {
    prepareForCreate: (next, context) => {
      prepareForCreate?.(next, context);
      generateSelector(next);
    },
    ...(prepareForUpdate ? { prepareForUpdate } : {}),
  },
  statusStrategy: keepSpec,
});
