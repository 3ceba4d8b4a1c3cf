/**
 * A violated rule of one field. Texts are upstream's, since users search for them.
 */
export type FieldErrorType =
  | 'Required'
  | 'Invalid'
  | 'NotSupported'
  | 'Duplicate'
  | 'Forbidden'
  | 'TooLong'
  | 'TooMany'
  | 'NotFound'
  | 'TypeInvalid'
  | 'InternalError';

export interface FieldError {
  type: FieldErrorType;
  /** `spec.containers[0].image` */
  field: string;
  /** The offending value as it stands in the object; shown for the types that show one. */
  value?: unknown;
  detail: string;
}

const words: Record<FieldErrorType, string> = {
  Required: 'Required value',
  Invalid: 'Invalid value',
  NotSupported: 'Unsupported value',
  Duplicate: 'Duplicate value',
  Forbidden: 'Forbidden',
  TooLong: 'Too long',
  TooMany: 'Too many',
  NotFound: 'Not found',
  TypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
};

const showsValue = new Set<FieldErrorType>(['Invalid', 'NotSupported', 'Duplicate', 'NotFound', 'TypeInvalid']);

function formatValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  return typeof value === 'object' ? JSON.stringify(value) : typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** The part after the field: `Invalid value: "A": a lowercase …`. It is a cause's message in a Status. */
export function fieldErrorBody(error: FieldError): string {
  const isShown = showsValue.has(error.type) || (error.type === 'TooMany' && error.value !== undefined);
  const head = isShown ? `${words[error.type]}: ${formatValue(error.value)}` : words[error.type];
  return error.detail ? `${head}: ${error.detail}` : head;
}

/** `metadata.name: Invalid value: "A": a lowercase …` */
export function formatFieldError(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** meta/v1 StatusCause reasons by type of error. */
export const causeReasons: Record<FieldErrorType, string> = {
  Required: 'FieldValueRequired',
  Invalid: 'FieldValueInvalid',
  NotSupported: 'FieldValueNotSupported',
  Duplicate: 'FieldValueDuplicate',
  Forbidden: 'FieldValueForbidden',
  TooLong: 'FieldValueTooLong',
  TooMany: 'FieldValueTooMany',
  NotFound: 'FieldValueNotFound',
  TypeInvalid: 'FieldValueTypeInvalid',
  InternalError: 'InternalError',
};

/** Short constructors, so that rules read as rules. */
export const fieldError = {
  required: (field: string, detail = ''): FieldError => ({ type: 'Required', field, detail }),
  invalid: (field: string, value: unknown, detail: string): FieldError => ({ type: 'Invalid', field, value, detail }),
  typeInvalid: (field: string, value: unknown, detail: string): FieldError => ({ type: 'TypeInvalid', field, value, detail }),
  notSupported: (field: string, value: unknown, supported: readonly string[]): FieldError => ({
    type: 'NotSupported',
    field,
    value,
    detail: supported.length ? `supported values: ${[...supported].sort().map((v) => JSON.stringify(v)).join(', ')}` : '',
  }),
  duplicate: (field: string, value: unknown): FieldError => ({ type: 'Duplicate', field, value, detail: '' }),
  forbidden: (field: string, detail: string): FieldError => ({ type: 'Forbidden', field, detail }),
  tooLong: (field: string, maxBytes: number): FieldError => ({
    type: 'TooLong',
    field,
    detail: `may not be more than ${maxBytes} bytes`,
  }),
  /** @param actual how many there are; shown when given */
  tooMany: (field: string, max: number, actual?: number): FieldError => ({
    type: 'TooMany',
    field,
    ...(actual === undefined ? {} : { value: actual }),
    detail: `must have at most ${max} items`,
  }),
  notFound: (field: string, value: unknown): FieldError => ({ type: 'NotFound', field, value, detail: '' }),
} as const;
