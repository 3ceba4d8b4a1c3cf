import { parseDuration, parseQuantity, quantityMilliValue, quantityValue } from '@typernetes/machinery';

/**
 * How a container of a simulated node behaves, said by annotations of its pod: `simulate.typernetes.io/<what>` for all
 * containers, `simulate.typernetes.io/<what>.<container>` for one.
 */
export interface Behaviour {
  /** `start-delay`: from the container's creation until it runs. */
  readonly startDelayMs: number;
  /** `ready-delay`: so long after the start readiness and startup probes over the network fail. */
  readonly readyDelayMs: number;
  /** `run-for`: it ends by itself after this; absent: it runs until it is stopped. */
  readonly runForMs?: number;
  /** `exit-code`: what it ends with by itself. */
  readonly exitCode: number;
  /** `fail-after`: from then on its probes fail. */
  readonly failAfterMs?: number;
  /** `logs`: lines that it prints when it starts. */
  readonly logs: readonly string[];
  /** `exec-output`: what any command prints; `exec-exit-code`: what it ends with. */
  readonly execOutput: string;
  readonly execExitCode: number;
  /** `cpu`, `memory`: quantities that it uses. */
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

const prefix = 'simulate.typernetes.io/';

/** @throws Error that names the annotation whose value can't be understood */
export function behaviourOf(annotations: Readonly<Record<string, string>>, container: string): Behaviour {
  const read = <T>(what: string, parse: (text: string) => T): T | undefined => {
    const key = `${prefix}${what}.${container}` in annotations ? `${prefix}${what}.${container}` : `${prefix}${what}`;
    const text = annotations[key];
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      throw new Error(`annotation ${key}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  };
  const runForMs = read('run-for', parseDuration);
  const failAfterMs = read('fail-after', parseDuration);
  return {
    startDelayMs: read('start-delay', parseDuration) ?? 0,
    readyDelayMs: read('ready-delay', parseDuration) ?? 0,
    ...(runForMs === undefined ? {} : { runForMs }),
    exitCode: read('exit-code', exitCode) ?? 0,
    ...(failAfterMs === undefined ? {} : { failAfterMs }),
    logs: read('logs', (text) => text.replace(/\n$/, '').split('\n')) ?? [],
    execOutput: read('exec-output', (text) => text) ?? '',
    execExitCode: read('exec-exit-code', exitCode) ?? 0,
    cpuCores: read('cpu', (text) => Number(quantityMilliValue(parseQuantity(text))) / 1_000) ?? 0.001,
    memoryBytes: read('memory', (text) => Number(quantityValue(parseQuantity(text)))) ?? 4 << 20,
  };
}

function exitCode(text: string): number {
  const code = Number(text);
  if (!/^\d+$/.test(text) || code > 255) throw new Error(`"${text}" is no exit code`);
  return code;
}
