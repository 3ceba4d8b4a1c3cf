import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger };

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on stdout: constant sentences with keys, `component` on each. */
export function createLogger(component: string, level: string = process.env['T8S_LOG_LEVEL'] ?? 'info'): Logger {
  return pino({
    level,
    base: { component },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
  });
}

/** For tests and for code that is given no logger. */
export const silentLogger: Logger = pino({ level: 'silent' });
