import type { FieldError } from './field-error';
import { causeReasons, fieldErrorBody, formatFieldError } from './field-error';

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** meta/v1 Status: the answer to everything that has no object to give back. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { resourceVersion?: string; continue?: string };
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code: number;
}

/** meta/v1 StatusReason, with the HTTP code of each. */
export const reasonCodes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  ServerTimeout: 500,
  Timeout: 504,
} as const;

export type StatusReason = keyof typeof reasonCodes;

/** Recognised by brand rather than by class, so that two copies of this lib in one process agree. */
const brand = Symbol.for('typernetes.ApiError');

/** The one error that clients see. Everything thrown becomes one at the door. */
export class ApiError extends Error {
  readonly [brand] = true;

  constructor(
    readonly status: Status,
    options?: ErrorOptions,
  ) {
    super(status.message ?? status.reason ?? `code ${status.code}`, options);
    this.name = 'ApiError';
  }

  get code(): number {
    return this.status.code;
  }

  get reason(): string | undefined {
    return this.status.reason;
  }
}

export function isApiError(error: unknown): error is ApiError {
  return typeof error === 'object' && error !== null && brand in error;
}

/** Whether `error` is an ApiError of one of the reasons: `hasReason(error, 'NotFound', 'Conflict')`. */
export function hasReason(error: unknown, ...reasons: StatusReason[]): boolean {
  return isApiError(error) && (reasons as string[]).includes(error.reason ?? '');
}

/** Resource and name in messages: `pods "a" not found`. */
export interface ObjectName {
  group: string;
  /** Plural resource (`pods`); for Invalid the kind (`Pod`). */
  resource: string;
  name: string;
}

export function failure(reason: StatusReason, message: string, details?: StatusDetails): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code: reasonCodes[reason],
  });
}

const qualified = ({ group, resource }: { group: string; resource: string }): string =>
  group ? `${resource}.${group}` : resource;

const detailsOf = ({ group, resource, name }: ObjectName): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(group ? { group } : {}),
  kind: resource,
});

/** The catalogue: every error that a client can see, by reason, with upstream's texts. */
export const apiErrors = {
  badRequest: (message: string): ApiError => failure('BadRequest', message),
  unauthorized: (): ApiError => failure('Unauthorized', 'Unauthorized'),
  /** `why` is the authoriser's sentence: `User "u" cannot get resource "pods" in API group "" in the namespace "n"`. */
  forbidden: (object: ObjectName, why: string): ApiError =>
    failure(
      'Forbidden',
      object.resource
        ? `${qualified(object)}${object.name ? ` ${JSON.stringify(object.name)}` : ''} is forbidden: ${why}`
        : `forbidden: ${why}`,
      detailsOf(object),
    ),
  notFound: (object: ObjectName): ApiError =>
    failure('NotFound', `${qualified(object)} ${JSON.stringify(object.name)} not found`, detailsOf(object)),
  /** No such path or kind. */
  pathNotFound: (): ApiError => failure('NotFound', 'the server could not find the requested resource', {}),
  methodNotAllowed: (resource: { group: string; resource: string }, verb: string): ApiError =>
    failure('MethodNotAllowed', `${verb} is not supported on resources of kind "${qualified(resource)}"`, {
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.resource,
    }),
  notAcceptable: (accepted: readonly string[]): ApiError =>
    failure('NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`),
  alreadyExists: (object: ObjectName): ApiError =>
    failure('AlreadyExists', `${qualified(object)} ${JSON.stringify(object.name)} already exists`, detailsOf(object)),
  conflict: (object: ObjectName, why: string): ApiError =>
    failure(
      'Conflict',
      `Operation cannot be fulfilled on ${qualified(object)} ${JSON.stringify(object.name)}: ${why}`,
      detailsOf(object),
    ),
  /** Optimistic concurrency: the caller's resourceVersion is not the stored one. */
  staleUpdate: (object: ObjectName): ApiError =>
    apiErrors.conflict(
      object,
      'the object has been modified; please apply your changes to the latest version and try again',
    ),
  expired: (message: string): ApiError => failure('Expired', message),
  gone: (message: string): ApiError => failure('Gone', message),
  tooLarge: (message: string): ApiError => failure('RequestEntityTooLarge', message),
  unsupportedMediaType: (accepted: readonly string[]): ApiError =>
    failure(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    ),
  /** `object.resource` is the kind here: `Pod "a" is invalid: spec.x: Required value`. */
  invalid: (object: ObjectName, errors: readonly FieldError[]): ApiError => {
    const texts = errors.map(formatFieldError);
    const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
    return failure('Invalid', `${qualified(object)} ${JSON.stringify(object.name)} is invalid: ${list}`, {
      ...detailsOf(object),
      causes: errors.map((error) => ({
        reason: causeReasons[error.type],
        message: fieldErrorBody(error),
        field: error.field,
      })),
    });
  },
  tooManyRequests: (message: string, retryAfterSeconds: number): ApiError =>
    failure('TooManyRequests', message, { retryAfterSeconds }),
  internal: (cause: unknown): ApiError =>
    new ApiError(
      failure('InternalError', `Internal error occurred: ${cause instanceof Error ? cause.message : String(cause)}`, {
        causes: [{ message: cause instanceof Error ? cause.message : String(cause) }],
      }).status,
      { cause },
    ),
  serviceUnavailable: (message: string): ApiError => failure('ServiceUnavailable', message),
  timeout: (message: string): ApiError => failure('Timeout', message),
} as const;
