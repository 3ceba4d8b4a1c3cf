import { fieldError, validateQualifiedName, type FieldError } from '@typernetes/machinery';
import type { LimitRange, LimitRangeItem } from '../generated/types';
import { compareAmounts } from './amounts';
import { checkWith, type Errors } from './checks';

const types = ['Container', 'PersistentVolumeClaim', 'Pod'];

function checkType(out: Errors, field: string, type: string): void {
  const before = out.length;
  checkWith(out, field, type, validateQualifiedName);
  if (out.length === before && !type.includes('/') && !types.includes(type)) {
    out.push(fieldError.invalid(field, type, 'must be a standard limit type or fully qualified'));
  }
}

/** The amounts of one resource must not contradict each other. */
function checkOrder(out: Errors, field: string, { item, name }: { item: LimitRangeItem; name: string }): void {
  const [min, max, request, limit, ratio] = [item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio].map((list) => list?.[name]);
  const check = (at: string, value: string | undefined, [low, lowText]: [string | undefined, string], [high, highText]: [string | undefined, string]): void => {
    if (low === undefined || high === undefined || compareAmounts(low, high) <= 0) return;
    out.push(fieldError.invalid(`${field}.${at}[${name}]`, value, `${lowText} value ${low} is greater than ${highText} value ${high}`));
  };
  check('min', min, [min, 'min'], [max, 'max']);
  check('defaultRequest', request, [min, 'min'], [request, 'default request']);
  check('defaultRequest', request, [request, 'default request'], [max, 'max']);
  check('defaultRequest', request, [request, 'default request'], [limit, 'default limit']);
  check('default', limit, [min, 'min'], [limit, 'default']);
  check('default', limit, [limit, 'default'], [max, 'max']);
  if (ratio !== undefined && compareAmounts(ratio, '1') < 0) {
    out.push(fieldError.invalid(`${field}.maxLimitRequestRatio[${name}]`, ratio, `ratio ${ratio} is less than 1`));
  }
}

function checkItem(out: Errors, field: string, item: LimitRangeItem): void {
  checkType(out, `${field}.type`, item.type ?? '');
  if (item.type === 'Pod') {
    for (const name of ['default', 'defaultRequest'] as const) {
      if (Object.keys(item[name] ?? {}).length) out.push(fieldError.forbidden(`${field}.${name}`, "may not be specified when `type` is 'Pod'"));
    }
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined) {
    out.push(fieldError.required(`${field}.limits`, 'either minimum or maximum storage value is required, but neither was provided'));
  }
  const names = new Set([item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio].flatMap((list) => Object.keys(list ?? {})));
  for (const name of names) {
    checkWith(out, `${field}.max[${name}]`, name, validateQualifiedName);
    checkOrder(out, field, { item, name });
  }
}

export function validateLimitRangeCreate({ spec }: LimitRange): FieldError[] {
  const out: Errors = [];
  const seen = new Set<string>();
  spec?.limits?.forEach((item, i) => {
    const field = `spec.limits[${i}]`;
    if (seen.has(item.type)) out.push(fieldError.duplicate(`${field}.type`, item.type));
    seen.add(item.type);
    checkItem(out, field, item);
  });
  return out;
}

export const validateLimitRangeUpdate = (next: LimitRange, _previous: LimitRange): FieldError[] => validateLimitRangeCreate(next);
