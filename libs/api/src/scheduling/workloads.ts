/** Pods that are scheduled together (KEP-4671 "Gang scheduling"). */
import { fieldError, validateDns1123Label, validateDns1123Subdomain, type FieldError } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { V1alpha2PodGroup, V1alpha2PodGroupSchedulingPolicy, V1alpha2PodGroupSpec, V1alpha2PodGroupTemplate, V1alpha2Workload } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, nameOf } from '../printers/cells';
import { resources } from '../resources';
import { keepSpec, keepStatus } from '../strategies';
import { checkImmutable, checkOneOf, checkRequired, checkRequiredWith, checkWith, type Errors } from '../validation/checks';

const templatesMax = 8;
const wholePolicies = 'exactly one of `basic`, `gang` is required';

function checkPolicy(out: Errors, field: string, policy: V1alpha2PodGroupSchedulingPolicy | undefined): void {
  const set = [policy?.basic, policy?.gang].filter((each) => each !== undefined).length;
  if (set === 0) out.push(fieldError.invalid(field, policy ?? {}, `must specify one of: \`basic\`, \`gang\``));
  if (set > 1) out.push(fieldError.invalid(field, policy, wholePolicies));
  if (policy?.gang && (policy.gang.minCount ?? 0) <= 0) out.push(fieldError.invalid(`${field}.gang.minCount`, policy.gang.minCount ?? 0, 'must be greater than zero'));
}

/** What templates and groups have in common. */
function checkGroup(out: Errors, field: string, { schedulingPolicy, disruptionMode, priorityClassName, resourceClaims = [] }: Partial<V1alpha2PodGroupSpec & V1alpha2PodGroupTemplate>): void {
  checkPolicy(out, `${field}.schedulingPolicy`, schedulingPolicy);
  checkOneOf(out, `${field}.disruptionMode`, disruptionMode, ['Pod', 'PodGroup']);
  if (priorityClassName) checkWith(out, `${field}.priorityClassName`, priorityClassName, validateDns1123Subdomain);
  resourceClaims.forEach(({ name, resourceClaimName, resourceClaimTemplateName }, i) => {
    const path = `${field}.resourceClaims[${i}]`;
    checkRequiredWith(out, `${path}.name`, name, validateDns1123Label);
    if ((resourceClaimName === undefined) === (resourceClaimTemplateName === undefined)) out.push(fieldError.invalid(path, resourceClaims[i], 'exactly one of `resourceClaimName`, `resourceClaimTemplateName` is required'));
    if (resourceClaims.findIndex((each) => each.name === name) < i) out.push(fieldError.duplicate(path, name));
  });
}

function validateWorkload({ spec }: V1alpha2Workload): FieldError[] {
  const out: Errors = [];
  const { controllerRef, podGroupTemplates = [] } = (spec ?? {}) as Partial<V1alpha2Workload['spec']>;
  if (controllerRef) {
    if (controllerRef.apiGroup) checkWith(out, 'spec.controllerRef.apiGroup', controllerRef.apiGroup, validateDns1123Subdomain);
    checkRequired(out, 'spec.controllerRef.kind', (controllerRef as { kind?: string }).kind);
    checkRequired(out, 'spec.controllerRef.name', controllerRef.name);
  }
  if (!checkRequired(out, 'spec.podGroupTemplates', podGroupTemplates)) return out;
  if (podGroupTemplates.length > templatesMax) out.push({ type: 'TooMany', field: 'spec.podGroupTemplates', value: podGroupTemplates.length, detail: `must have at most ${templatesMax} items` });
  podGroupTemplates.forEach((template, i) => {
    checkRequiredWith(out, `spec.podGroupTemplates[${i}].name`, template.name, validateDns1123Label);
    if (podGroupTemplates.findIndex(({ name }) => name === template.name) < i) out.push(fieldError.duplicate(`spec.podGroupTemplates[${i}]`, template.name));
    checkGroup(out, `spec.podGroupTemplates[${i}]`, template);
  });
  return out;
}

function validatePodGroup({ spec }: V1alpha2PodGroup): FieldError[] {
  const out: Errors = [];
  const given = (spec ?? {}) as Partial<V1alpha2PodGroupSpec>;
  const workload = given.podGroupTemplateRef?.workload;
  if (given.podGroupTemplateRef && checkRequired(out, 'spec.podGroupTemplateRef.workload', workload)) {
    checkRequiredWith(out, 'spec.podGroupTemplateRef.workload.workloadName', workload?.workloadName, validateDns1123Subdomain);
    checkRequiredWith(out, 'spec.podGroupTemplateRef.workload.podGroupTemplateName', workload?.podGroupTemplateName, validateDns1123Label);
  }
  checkGroup(out, 'spec', given);
  return out;
}

const workloadPrinter: TablePrinter<V1alpha2Workload> = { columns: columns('workload', ['Name', 'Age']), row: (workload, nowMs) => [nameOf(workload), age(workload, nowMs)] };

/** The groups of pods of which one application consists, as templates. */
export const workload = defineKind(resources.workloads, {
  strategy: {
    validateCreate: validateWorkload,
    validateUpdate: (next, previous) => {
      const out = validateWorkload(next);
      checkImmutable(out, 'spec.podGroupTemplates', [next.spec?.podGroupTemplates, previous.spec?.podGroupTemplates]);
      if (previous.spec?.controllerRef) checkImmutable(out, 'spec.controllerRef', [next.spec?.controllerRef, previous.spec.controllerRef]);
      return out;
    },
  },
  defaults: ({ spec }) => {
    for (const template of spec?.podGroupTemplates ?? []) template.disruptionMode ??= 'Pod';
  },
  printer: workloadPrinter,
});

const podGroupPrinter: TablePrinter<V1alpha2PodGroup> = {
  columns: columns('group', ['Name', 'Policy', 'Workload', 'Status', 'Age']),
  row: (group, nowMs) => {
    const { schedulingPolicy, podGroupTemplateRef } = group.spec ?? {};
    const policy = schedulingPolicy?.gang ? 'Gang' : schedulingPolicy?.basic === undefined ? '<none>' : 'Basic';
    const scheduled = group.status?.conditions?.find(({ type }) => type === 'PodGroupScheduled');
    return [nameOf(group), policy, podGroupTemplateRef?.workload?.workloadName ?? '<none>', scheduled?.status === 'True' ? 'Scheduled' : scheduled?.reason ?? '<none>', age(group, nowMs)];
  },
};

/** Pods of a workload that the scheduler takes as one. */
export const podGroup = defineKind(resources.podGroups, {
  strategy: {
    ...keepStatus,
    validateCreate: validatePodGroup,
    validateUpdate: (next, previous) => {
      const out: Errors = [];
      checkImmutable(out, 'spec', [next.spec, previous.spec]);
      return out;
    },
  },
  statusStrategy: keepSpec,
  defaults: ({ spec }) => {
    if (spec) spec.disruptionMode ??= 'Pod';
  },
  printer: podGroupPrinter,
});
