import { fieldError, validateDns1123Label, validateLabelValue, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import { defineKind } from '../define-kind';
import type { V1alpha3ResourcePoolStatusRequest, V1beta2DeviceTaintRule } from '../generated/types';
import type { TablePrinter } from '../kind';
import { age, columns, integer, nameOf, since } from '../printers/cells';
import { resources } from '../resources';
import { countGenerationOfSpec, keepField, keepSpec, keepStatus, startGeneration } from '../strategies';
import { checkBetween, checkImmutable, checkOneOf, checkRequired, checkWith, type Errors } from '../validation/checks';
import { checkDriverName } from '../validation/dynamic-resources';

const effects = ['NoExecute', 'NoSchedule', 'None'];

function validateTaintRule({ spec }: V1beta2DeviceTaintRule): FieldError[] {
  const out: Errors = [];
  const { deviceSelector: { driver, pool, device } = {}, taint } = (spec ?? {}) as Partial<V1beta2DeviceTaintRule['spec']>;
  if (driver !== undefined) checkDriverName(out, 'spec.deviceSelector.driver', driver);
  if (pool !== undefined) checkRequired(out, 'spec.deviceSelector.pool', pool);
  if (device !== undefined) checkWith(out, 'spec.deviceSelector.device', device, validateDns1123Label);
  if (checkRequired(out, 'spec.taint.key', taint?.key)) checkWith(out, 'spec.taint.key', taint?.key ?? '', validateQualifiedName);
  if (taint?.value) checkWith(out, 'spec.taint.value', taint.value, validateLabelValue);
  if (checkRequired(out, 'spec.taint.effect', taint?.effect)) checkOneOf(out, 'spec.taint.effect', taint?.effect, effects);
  return out;
}

/** A taint counts from when it was set. */
function stamp({ spec }: V1beta2DeviceTaintRule, now: string): void {
  if (spec?.taint) spec.taint.timeAdded ??= now;
}

const taintRulePrinter: TablePrinter<V1beta2DeviceTaintRule> = {
  columns: columns('rule', ['Name', 'Key', 'Value', 'Effect', 'TimeAdded', 'Age']),
  row: (rule, nowMs) => {
    const { key, value = '', effect, timeAdded } = rule.spec.taint;
    return [nameOf(rule), key, value, effect, since(timeAdded, nowMs), age(rule, nowMs)];
  },
};

/** Keeps claims off devices, as if their driver had tainted them (KEP-5055). */
export const deviceTaintRule = defineKind(resources.deviceTaintRules, {
  hasGeneration: true,
  strategy: {
    prepareForCreate: (next, { now }) => {
      delete next.status;
      stamp(next, now);
      startGeneration(next);
    },
    prepareForUpdate: (next, previous, { now }) => {
      keepField(next, previous, 'status');
      stamp(next, now);
      countGenerationOfSpec(next, previous);
    },
    validateCreate: validateTaintRule,
    validateUpdate: (next) => validateTaintRule(next),
  },
  statusStrategy: keepSpec,
  printer: taintRulePrinter,
});

const poolsDefault = 100;

function validatePools({ spec }: V1alpha3ResourcePoolStatusRequest): FieldError[] {
  const out: Errors = [];
  const { driver, poolName, limit } = (spec ?? {}) as Partial<V1alpha3ResourcePoolStatusRequest['spec']>;
  checkDriverName(out, 'spec.driver', driver);
  if (poolName !== undefined) checkRequired(out, 'spec.poolName', poolName);
  checkBetween(out, 'spec.limit', limit, [1, 1_000]);
  return out;
}

type Pools = NonNullable<NonNullable<V1alpha3ResourcePoolStatusRequest['status']>['pools']>;
type Count = 'totalDevices' | 'availableDevices' | 'allocatedDevices' | 'unavailableDevices';

function poolCells({ status }: V1alpha3ResourcePoolStatusRequest): string[] {
  if (!status) return ['', '', '', '', ''];
  const pools: Pools = status.pools ?? [];
  const sum = (field: Count): string => String(pools.reduce((total, pool) => total + (pool[field] ?? 0), 0));
  return [sum('totalDevices'), sum('availableDevices'), sum('allocatedDevices'), sum('unavailableDevices'), String(pools.filter(({ validationError }) => validationError).length)];
}

const poolsPrinter: TablePrinter<V1alpha3ResourcePoolStatusRequest> = {
  columns: columns('request', ['Name', 'Driver', 'Total', 'Available', 'Allocated', 'Unavailable', 'Errors', integer('Pools'), 'Status', 'Completed']),
  row: (request, nowMs) => {
    const ended = request.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
    return [nameOf(request), request.spec.driver, ...poolCells(request), request.status?.poolCount ?? 0, ended?.type ?? 'Pending', ended ? since(ended.lastTransitionTime, nowMs) : ''];
  },
};

/** Asks how many devices the pools of a driver have; a controller answers once, in the status. */
export const resourcePoolStatusRequest = defineKind(resources.resourcePoolStatusRequests, {
  defaults: ({ spec }) => {
    if (spec) spec.limit ??= poolsDefault;
  },
  selectableFields: {},
  strategy: {
    ...keepStatus,
    validateCreate: validatePools,
    validateUpdate: (next, previous) => {
      const out: Errors = [];
      checkImmutable(out, 'spec', [next.spec, previous.spec]);
      return out;
    },
  },
  statusStrategy: {
    ...keepSpec,
    validateUpdate: (next, previous) => (previous.status && JSON.stringify(next.status) !== JSON.stringify(previous.status) ? [fieldError.forbidden('status', 'status is immutable once set')] : []),
  },
  printer: poolsPrinter,
});
