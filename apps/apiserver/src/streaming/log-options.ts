import type { FieldError } from '@typernetes/machinery';
import { apiErrors, fieldError, parseTime } from '@typernetes/machinery';

/** core/v1 PodLogOptions out of a query. */
export interface LogOptions {
  container: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  sinceSeconds?: bigint;
  sinceTime: string;
  tailLines?: bigint;
  limitBytes?: bigint;
  stream: string;
}

const truths = new Set(['true', '1', 'True', 'TRUE', 't', 'T']);

/** @throws ApiError BadRequest for what cannot be read, Invalid for what makes no sense */
export function parseLogOptions(query: URLSearchParams, podName: string): LogOptions {
  const flag = (name: string): boolean => truths.has(query.get(name) ?? '') || query.get(name) === '';
  const integer = (name: string): bigint | undefined => {
    const text = query.get(name);
    if (text === null || text === '') return undefined;
    if (!/^-?\d+$/.test(text)) throw apiErrors.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
    return BigInt(text);
  };
  const options: LogOptions = {
    container: query.get('container') ?? '',
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    sinceSeconds: integer('sinceSeconds'),
    sinceTime: query.get('sinceTime') ?? '',
    tailLines: integer('tailLines'),
    limitBytes: integer('limitBytes'),
    stream: query.get('stream') ?? '',
  };
  const errors = validateLogOptions(options);
  if (errors.length) throw apiErrors.invalid({ group: '', resource: 'PodLogOptions', name: podName }, errors);
  return options;
}

export function validateLogOptions({ tailLines, limitBytes, sinceSeconds, sinceTime, stream }: LogOptions): FieldError[] {
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0n) errors.push(fieldError.invalid('tailLines', Number(tailLines), 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1n) errors.push(fieldError.invalid('limitBytes', Number(limitBytes), 'must be greater than 0'));
  if (sinceSeconds !== undefined && sinceTime) errors.push(fieldError.forbidden('sinceSeconds', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  else if (sinceSeconds !== undefined && sinceSeconds < 1n) errors.push(fieldError.invalid('sinceSeconds', Number(sinceSeconds), 'must be greater than 0'));
  else if (sinceTime && parseTime(sinceTime) === undefined) errors.push(fieldError.invalid('sinceTime', sinceTime, 'must be an RFC 3339 time'));
  if (stream && !['All', 'Stdout', 'Stderr'].includes(stream)) errors.push(fieldError.notSupported('stream', stream, ['All', 'Stdout', 'Stderr']));
  if (tailLines !== undefined && (stream === 'Stdout' || stream === 'Stderr')) {
    errors.push(fieldError.forbidden('', '`tailLines` and specific `stream` are mutually exclusive for now'));
  }
  return errors;
}
