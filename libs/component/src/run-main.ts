import { Command, CommanderError } from 'commander';
import type { Clock } from '@typernetes/machinery';
import { systemClock } from '@typernetes/machinery';
import type { Logger, LogLevel } from './logger';
import { createLogger } from './logger';
import type { Running } from './running';

/** The machine or the flags make it impossible to run: one line for the operator, and an exit code of its own. */
export class EnvironmentError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EnvironmentError';
  }
}

export interface MainOptions<F> {
  name: string;
  description: string;
  /** Declares the flags. */
  flags(command: Command): void;
  /** Of the log lines, unless `T8S_LOG_LEVEL` says otherwise; default `info`. */
  logLevel?: LogLevel;
  start(flags: F, context: { logger: Logger; clock: Clock }): Promise<Running>;
}

/** A component that has not ended after this long is ended. */
const stopDeadlineMs = 10_000;

const usageExitCode = 2;

/**
 * The main function of every component: flags, start, and a clean end on SIGTERM or SIGINT. What cannot run says why in
 * one line and exits with a code other than 0; a promise that nobody awaits ends the process, which then starts anew
 * from what is stored.
 */
export async function runMain<F>(options: MainOptions<F>, argv: readonly string[] = process.argv): Promise<void> {
  const flags = parseFlags<F>(options, argv);
  const logger = createLogger(options.name, process.env['T8S_LOG_LEVEL'] ?? options.logLevel);
  process.on('unhandledRejection', (error) => {
    logger.fatal({ error }, 'a promise was rejected and nobody handled it');
    process.exit(1);
  });
  try {
    const running = await options.start(flags, { logger, clock: systemClock });
    logger.info({ pid: process.pid }, 'started');
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => void stopOnce(running, logger, signal));
    }
  } catch (error) {
    fail(options.name, error, logger);
  }
}

function parseFlags<F>({ name, description, flags }: MainOptions<F>, argv: readonly string[]): F {
  const command = new Command(name)
    .description(description)
    .exitOverride()
    .showHelpAfterError(`Run '${name} --help' for usage.`)
    .configureOutput({ outputError: (text, write) => write(usageMessage(text)) });
  flags(command);
  try {
    return command.parse(argv).opts() as F;
  } catch (error) {
    // Commander has printed its message; help and version are no errors.
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : usageExitCode);
    throw error;
  }
}

/** Commander's message in the words that users of upstream's components know. */
export function usageMessage(text: string): string {
  return text.replace(/^error: unknown option '([^']*)'/, 'Error: unknown flag: $1').replace(/^error: /, 'Error: ');
}

async function stopOnce(running: Running, logger: Logger, signal: string): Promise<void> {
  logger.info({ signal }, 'stopping');
  const cancel = systemClock.after(stopDeadlineMs, () => {
    logger.error({ stopDeadlineMs }, 'did not stop in time');
    process.exit(1);
  });
  try {
    await running.stop();
    cancel();
    process.exit(0);
  } catch (error) {
    logger.error({ error }, 'did not stop cleanly');
    process.exit(1);
  }
}

function fail(name: string, error: unknown, logger: Logger): never {
  if (error instanceof EnvironmentError) {
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exit(error.exitCode);
  }
  logger.fatal({ error }, 'could not start');
  process.exit(1);
}
