/**
 * Label selectors (API documentation "Labels and Selectors"), in both forms: the text of a query (`a=b,c in (d)`) and the
 * LabelSelector object of specs. Both become a list of requirements, all of which must hold.
 */
import type { FieldError } from './field-error';
import { fieldError, formatFieldError } from './field-error';
import { validateLabelValue, validateQualifiedName } from './names';

export type LabelOperator = '!' | '!=' | '=' | '==' | 'exists' | 'gt' | 'in' | 'lt' | 'notin';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[];
  /** Holds for everything. */
  readonly isEmpty: boolean;
  matches(labels: Labels | undefined): boolean;
  /** The text form, requirements in order of key: `a=b,c in (d,e)`. */
  toString(): string;
}

/** meta/v1 LabelSelector. */
export interface LabelSelectorObject {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** A selector that is none, in upstream's words. */
export class LabelSelectorError extends Error {
  override readonly name = 'LabelSelectorError';
}

const integer = /^[+-]?[0-9]+$/;
const noLabels: Labels = {};

function requirementMatches({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
      return value !== undefined && integer.test(value) && BigInt(value) > BigInt(values[0] ?? '0');
    case 'lt':
      return value !== undefined && integer.test(value) && BigInt(value) < BigInt(values[0] ?? '0');
  }
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${[...values].sort().join(',')})`;
    case 'gt':
      return `${key}>${values[0] ?? ''}`;
    case 'lt':
      return `${key}<${values[0] ?? ''}`;
    default:
      return `${key}${operator}${values[0] ?? ''}`;
  }
}

/** The requirements as they are, not validated. */
export function labelSelectorOf(requirements: readonly LabelRequirement[]): LabelSelector {
  const sorted = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return {
    requirements: sorted,
    isEmpty: sorted.length === 0,
    matches: (labels = noLabels) => sorted.every((requirement) => requirementMatches(requirement, labels)),
    toString: () => sorted.map(formatRequirement).join(','),
  };
}

export const everyLabelSelector = labelSelectorOf([]);

/** Matches nothing, not even objects without labels. */
export const noLabelSelector: LabelSelector = { requirements: [], isEmpty: false, matches: () => false, toString: () => '' };

/** All labels as given: a ReplicationController's or Service's selector. */
export function selectorFromMap(labels: Labels): LabelSelector {
  return labelSelectorOf(Object.entries(labels).map(([key, value]) => ({ key, operator: '=', values: [value] })));
}

const objectOperators: Readonly<Record<string, LabelOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** An absent LabelSelector matches nothing, an empty one everything. @throws LabelSelectorError */
export function selectorFromObject(selector: LabelSelectorObject | undefined | null): LabelSelector {
  if (!selector) return noLabelSelector;
  const requirements: LabelRequirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] }));
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const known = objectOperators[operator];
    if (!known) throw new LabelSelectorError(`"${operator}" is not a valid label selector operator`);
    requirements.push({ key, operator: known, values });
  }
  for (const requirement of requirements) {
    const errors = validateRequirement(requirement);
    if (errors.length) throw new LabelSelectorError(errors.map(formatFieldError).join('; '));
  }
  return labelSelectorOf(requirements);
}

const exactlyOne = new Set<LabelOperator>(['=', '==', '!=']);

/** What is wrong with a requirement of a query; fields are named as upstream does (`values[0][key]`). */
export function validateRequirement({ key, operator, values }: LabelRequirement): FieldError[] {
  const errors: FieldError[] = [];
  const keyErrors = validateQualifiedName(key);
  if (keyErrors.length) errors.push(fieldError.invalid('key', key, keyErrors.join('; ')));
  if ((operator === 'in' || operator === 'notin') && values.length === 0) {
    errors.push(fieldError.invalid('values', values, "for 'in', 'notin' operators, values set can't be empty"));
  } else if (exactlyOne.has(operator) && values.length !== 1) {
    errors.push(fieldError.invalid('values', values, 'exact-match compatibility requires one single value'));
  } else if ((operator === 'exists' || operator === '!') && values.length !== 0) {
    errors.push(fieldError.invalid('values', values, 'values set must be empty for exists and does not exist'));
  } else if (operator === 'gt' || operator === 'lt') {
    if (values.length !== 1) errors.push(fieldError.invalid('values', values, "for 'Gt', 'Lt' operators, exactly one value is required"));
    values.forEach((value, i) => {
      if (!integer.test(value)) errors.push(fieldError.invalid(`values[${i}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    });
  }
  values.forEach((value, i) => {
    const valueErrors = validateLabelValue(value);
    if (valueErrors.length) errors.push(fieldError.invalid(`values[${i}][${key}]`, value, valueErrors.join('; ')));
  });
  return errors;
}

/** What is wrong with a LabelSelector object that stands in `field` of a spec. */
export function validateLabelSelector(selector: LabelSelectorObject | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(selector?.matchLabels ?? {})) {
    for (const text of validateQualifiedName(key)) errors.push(fieldError.invalid(`${field}.matchLabels`, key, text));
    for (const text of validateLabelValue(value)) errors.push(fieldError.invalid(`${field}.matchLabels`, value, text));
  }
  selector?.matchExpressions?.forEach(({ key, operator, values = [] }, i) => {
    const path = `${field}.matchExpressions[${i}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) errors.push(fieldError.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) errors.push(fieldError.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else {
      errors.push(fieldError.invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
    }
    for (const text of validateQualifiedName(key ?? '')) errors.push(fieldError.invalid(`${path}.key`, key ?? '', text));
    values.forEach((value, v) => {
      for (const text of validateLabelValue(value)) errors.push(fieldError.invalid(`${path}.values[${v}]`, value, text));
    });
  });
  return errors;
}
