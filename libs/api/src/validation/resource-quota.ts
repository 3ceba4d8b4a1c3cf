import { fieldError, tryParseQuantity, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import type { ResourceQuota } from '../generated/types';
import { checkAmountNotNegative } from './amounts';
import { checkImmutable, checkWith, type Errors } from './checks';

const counted = [
  'pods', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'resourcequotas', 'services.nodeports', 'services.loadbalancers',
];
const measured = ['cpu', 'memory', 'ephemeral-storage', 'storage'];
const standard = new Set([...counted, ...measured, ...measured.flatMap((name) => [`requests.${name}`, `limits.${name}`])]);
const isStandard = (name: string): boolean => standard.has(name) || /^(requests\.)?hugepages-/.test(name);

const scopes = ['BestEffort', 'CrossNamespacePodAffinity', 'NotBestEffort', 'NotTerminating', 'PriorityClass', 'Terminating', 'VolumeAttributesClass'];
const podNames = new Set([...measured.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]), 'pods', 'count/pods']);
const contradictions: readonly (readonly string[])[] = [['BestEffort', 'NotBestEffort'], ['Terminating', 'NotTerminating']];
const oneUnit = 1_000_000_000n;

function checkAmounts(out: Errors, field: string, amounts: Record<string, string> | undefined): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    const path = `${field}[${name}]`;
    const before = out.length;
    checkWith(out, path, name, validateQualifiedName);
    if (out.length === before && !name.includes('/') && !isStandard(name)) out.push(fieldError.invalid(path, name, 'must be a standard resource for quota'));
    checkAmountNotNegative(out, path, amount);
    const quantity = tryParseQuantity(amount);
    const isCount = counted.includes(name) || name.startsWith('count/');
    if (isCount && quantity && quantity.nanos % oneUnit !== 0n) out.push(fieldError.invalid(path, amount, 'must be an integer'));
  }
}

function checkScopes(out: Errors, { spec = {} }: ResourceQuota): void {
  const { scopes: wanted = [], hard = {} } = spec;
  for (const scope of wanted) {
    if (!scopes.includes(scope)) out.push(fieldError.invalid('spec.scopes', wanted, 'unsupported scope'));
    const mayNot = Object.keys(hard).filter((name) => !podNames.has(name) && !(scope === 'VolumeAttributesClass'));
    if (mayNot.length || (scope === 'BestEffort' && Object.keys(hard).some((name) => name !== 'pods' && name !== 'count/pods'))) {
      out.push(fieldError.invalid('spec.scopes', wanted, 'unsupported scope applied to resource'));
    }
  }
  if (contradictions.some((pair) => pair.every((scope) => wanted.includes(scope)))) out.push(fieldError.invalid('spec.scopes', wanted, 'conflicting scopes'));
}

export function validateResourceQuotaCreate(quota: ResourceQuota): FieldError[] {
  const out: Errors = [];
  checkAmounts(out, 'spec.hard', quota.spec?.hard);
  checkScopes(out, quota);
  return out;
}

export function validateResourceQuotaUpdate(next: ResourceQuota, previous: ResourceQuota): FieldError[] {
  const out = validateResourceQuotaCreate(next);
  checkImmutable(out, 'spec.scopes', [[...(next.spec?.scopes ?? [])].sort(), [...(previous.spec?.scopes ?? [])].sort()]);
  return out;
}

export function validateResourceQuotaStatusUpdate({ status }: ResourceQuota, _previous: ResourceQuota): FieldError[] {
  const out: Errors = [];
  checkAmounts(out, 'status.hard', status?.hard);
  checkAmounts(out, 'status.used', status?.used);
  return out;
}
