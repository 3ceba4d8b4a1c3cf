import { parseDuration, parseQuantity, quantityMilliValue, quantityValue } from '@typernetes/machinery';
import { parseExecAnswers, type ExecAnswer } from './exec-answers';
import type { Settings } from './settings';

/** How a container of a simulated node behaves. What may be said, and in which words, is in `readers`. */
export interface Behaviour {
  /** From the container's creation until it runs. */
  readonly startDelayMs: number;
  /** So long after the start readiness and startup probes over the network fail. */
  readonly readyDelayMs: number;
  /** It ends by itself after this; absent: it runs until it is stopped. */
  readonly runForMs?: number;
  /** What it ends with by itself. */
  readonly exitCode: number;
  /** From then on its probes fail. */
  readonly failAfterMs?: number;
  /** Lines that it prints when it starts. */
  readonly logs: readonly string[];
  /** Answers to certain commands; the first that fits is given. */
  readonly exec: readonly ExecAnswer[];
  /** What any other command prints, and what it ends with. */
  readonly execOutput: string;
  readonly execExitCode: number;
  /** What it uses. */
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** What may be said about a container, each with what reads its text. The same words stand in annotations and in files. */
const readers = {
  'start-delay': parseDuration,
  'ready-delay': parseDuration,
  'run-for': parseDuration,
  'exit-code': parseExitCode,
  /** So many tries end by themselves (at once, or after `run-for`; with 1, or `exit-code`); later ones run on. */
  crashes: parseCount,
  'fail-after': parseDuration,
  logs: (text: string): readonly string[] => text.replace(/\n$/, '').split('\n'),
  exec: parseExecAnswers,
  'exec-output': (text: string): string => text,
  'exec-exit-code': parseExitCode,
  cpu: (text: string): number => Number(quantityMilliValue(parseQuantity(text))) / 1_000,
  memory: (text: string): number => Number(quantityValue(parseQuantity(text))),
} as const satisfies Record<string, (text: string) => unknown>;

type What = keyof typeof readers;

/** The words that may be used. */
export const behaviourWords: readonly string[] = Object.keys(readers);

/**
 * What the settings say about one try of a container; `attempt` is how often it was restarted.
 * @throws Error that names the setting whose value can't be understood
 */
export function behaviourOf(settings: Settings, attempt: number): Behaviour {
  const read = <W extends What>(what: W): ReturnType<(typeof readers)[W]> | undefined => {
    const setting = settings(what);
    if (!setting) return undefined;
    try {
      return readers[what](setting.text) as ReturnType<(typeof readers)[W]>;
    } catch (error) {
      throw new Error(`${setting.where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  };
  const failAfterMs = read('fail-after');
  return {
    startDelayMs: read('start-delay') ?? 0,
    readyDelayMs: read('ready-delay') ?? 0,
    ...endOf({ runForMs: read('run-for'), exitCode: read('exit-code'), crashes: read('crashes') }, attempt),
    ...(failAfterMs === undefined ? {} : { failAfterMs }),
    logs: read('logs') ?? [],
    exec: read('exec') ?? [],
    execOutput: read('exec-output') ?? '',
    execExitCode: read('exec-exit-code') ?? 0,
    cpuCores: read('cpu') ?? 0.001,
    memoryBytes: read('memory') ?? 4 << 20,
  };
}

interface End {
  readonly runForMs: number | undefined;
  readonly exitCode: number | undefined;
  readonly crashes: number | undefined;
}

function endOf({ runForMs, exitCode, crashes }: End, attempt: number): Pick<Behaviour, 'runForMs' | 'exitCode'> {
  if (crashes !== undefined) return attempt < crashes ? { runForMs: runForMs ?? 0, exitCode: exitCode ?? 1 } : { exitCode: 0 };
  return { ...(runForMs === undefined ? {} : { runForMs }), exitCode: exitCode ?? 0 };
}

function parseExitCode(text: string): number {
  const code = Number(text);
  if (!/^\d+$/.test(text) || code > 255) throw new Error(`"${text}" is no exit code`);
  return code;
}

function parseCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new Error(`"${text}" is no count`);
  return Number(text);
}
