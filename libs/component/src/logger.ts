import { isApiError } from '@typernetes/machinery';
import { pino } from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';

export type { Logger };

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** More causes of causes than this are not shown. */
const causesMax = 5;

/**
 * An error as a log line shows it. An answer of the API is its reason and message: where in our code it was turned into
 * an error tells nobody anything. Everything else keeps its stack.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (isApiError(error)) return { type: 'ApiError', code: error.status.code, reason: error.status.reason, message: error.message };
  if (!(error instanceof Error)) return error;
  const cause = error.cause === undefined || depth >= causesMax ? undefined : describeError(error.cause, depth + 1);
  return { type: error.name, message: error.message, stack: error.stack, ...(cause === undefined ? {} : { cause }) };
}

/** JSON lines on stdout, or where `destination` says: constant sentences with keys, `component` on each. */
export function createLogger(component: string, level: string = process.env['T8S_LOG_LEVEL'] ?? 'info', destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { component },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: (error: unknown) => describeError(error), err: (error: unknown) => describeError(error) },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** For tests and for code that is given no logger. */
export const silentLogger: Logger = pino({ level: 'silent' });
