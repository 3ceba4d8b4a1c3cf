import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, MutatingWebhookConfiguration, PodTemplate, PriorityClass, ResourceQuota, RuntimeClass, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration } from '../generated/types';
import type { Cell, TablePrinter } from '../kind';
import { templateCells } from './apps';
import { age, columns, integer, labelsText, nameOf } from './cells';

export const resourceQuotaPrinter: TablePrinter<ResourceQuota> = {
  columns: columns('quota', ['Name', 'Request', 'Limit', 'Age']),
  row(quota, nowMs) {
    const { hard = {}, used = {} } = quota.status ?? {};
    const names = Object.keys(hard).sort();
    const text = (wanted: boolean): string =>
      names.filter((name) => name.startsWith('limits') === wanted).map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`).join(', ');
    return [nameOf(quota), text(false), text(true), age(quota, nowMs)];
  },
};

export const priorityClassPrinter: TablePrinter<PriorityClass> = {
  columns: columns('priority class', ['Name', integer('Value'), { name: 'Global-Default', type: 'boolean' }, 'Age', 'PreemptionPolicy']),
  row: (priority, nowMs) => [nameOf(priority), priority.value ?? 0, priority.globalDefault ?? false, age(priority, nowMs), priority.preemptionPolicy ?? 'PreemptLowerPriority'],
};

export const runtimeClassPrinter: TablePrinter<RuntimeClass> = {
  columns: columns('runtime class', ['Name', 'Handler', 'Age']),
  row: (runtime, nowMs) => [nameOf(runtime), runtime.handler, age(runtime, nowMs)],
};

export const podTemplatePrinter: TablePrinter<PodTemplate> = {
  columns: columns('pod template', ['Name', 'Containers', 'Images', 'Pod Labels']),
  row: (template) => [nameOf(template), ...templateCells(template.template), labelsText(template.template?.metadata?.labels)],
};

const webhookColumns = ['Name', integer('Webhooks'), 'Age'];
const webhookRow = (configuration: MutatingWebhookConfiguration | ValidatingWebhookConfiguration, nowMs: number): Cell[] => [nameOf(configuration), configuration.webhooks?.length ?? 0, age(configuration, nowMs)];

export const mutatingWebhookPrinter: TablePrinter<MutatingWebhookConfiguration> = { columns: columns('mutating webhook', webhookColumns), row: webhookRow };
export const validatingWebhookPrinter: TablePrinter<ValidatingWebhookConfiguration> = { columns: columns('validating webhook', webhookColumns), row: webhookRow };

const unset = '<unset>';

export const validatingPolicyPrinter: TablePrinter<ValidatingAdmissionPolicy> = {
  columns: columns('policy', ['Name', integer('Validations'), 'ParamKind', 'Age']),
  row(policy, nowMs) {
    const { validations = [], paramKind } = policy.spec ?? {};
    return [nameOf(policy), validations.length, paramKind ? `${paramKind.apiVersion}/${paramKind.kind}` : unset, age(policy, nowMs)];
  },
};

export const mutatingPolicyPrinter: TablePrinter<MutatingAdmissionPolicy> = {
  columns: columns('policy', ['Name', integer('Mutations'), 'ParamKind', 'Age']),
  row(policy, nowMs) {
    const { mutations = [], paramKind } = policy.spec ?? {};
    return [nameOf(policy), mutations.length, paramKind ? `${paramKind.apiVersion}/${paramKind.kind}` : unset, age(policy, nowMs)];
  },
};

const bindingColumns = ['Name', 'PolicyName', 'ParamRef', 'Age'];

function bindingRow(binding: MutatingAdmissionPolicyBinding | ValidatingAdmissionPolicyBinding, nowMs: number): Cell[] {
  const { policyName = '', paramRef } = binding.spec ?? {};
  const ref = paramRef?.name === undefined ? unset : paramRef.namespace ? `${paramRef.namespace}/${paramRef.name}` : paramRef.name;
  return [nameOf(binding), policyName, ref, age(binding, nowMs)];
}

export const mutatingPolicyBindingPrinter: TablePrinter<MutatingAdmissionPolicyBinding> = { columns: columns('binding', bindingColumns), row: bindingRow };
export const validatingPolicyBindingPrinter: TablePrinter<ValidatingAdmissionPolicyBinding> = { columns: columns('binding', bindingColumns), row: bindingRow };
