import { formatQuantity, parseQuantity, quantityToNumber, tryParseQuantity } from '@typernetes/machinery';
import { EnvironmentError } from '@typernetes/component';
import type { SignalName, Signals } from './signals';
import { signalNames } from './signals';

/** An amount (`100Mi`) or a part of the capacity (`10%`) by signal. */
export type Thresholds = Readonly<Partial<Record<SignalName, string>>>;

/** Upstream's hard thresholds. */
export const defaultThresholds: Thresholds = { 'memory.available': '100Mi', 'nodefs.available': '10%', 'nodefs.inodesFree': '5%' };

const percent = /^(\d+(?:\.\d+)?)%$/;
const isSignal = (name: string): name is SignalName => signalNames.some((known) => known === name);

/** `memory.available<100Mi,nodefs.available<10%`. @throws EnvironmentError */
export function parseThresholds(text: string): Thresholds {
  const result: Partial<Record<SignalName, string>> = {};
  for (const part of text.split(',').map((one) => one.trim()).filter(Boolean)) {
    const [name = '', amount = ''] = part.split('<');
    if (!isSignal(name) || (!percent.test(amount) && !tryParseQuantity(amount))) {
      throw new EnvironmentError(`"${part}" must have the form signal<amount, with a signal of ${signalNames.join(', ')}`, 2);
    }
    result[name] = amount;
  }
  return result;
}

/** A threshold that the node is below of. */
export interface Met {
  signal: SignalName;
  threshold: string;
  available: string;
}

function amountOf(threshold: string, capacity: number): number {
  const part = percent.exec(threshold)?.[1];
  return part === undefined ? quantityToNumber(threshold, 'one') : (Number(part) / 100) * capacity;
}

/** Bytes in kibibytes, as upstream shows them; counts as they are. */
const shown = (signal: SignalName, amount: number): string => (signal.endsWith('.available') && signal !== 'pid.available' ? `${Math.floor(amount / 1_024)}Ki` : String(Math.floor(amount)));

/** Thresholds that are met, memory first: it is what a node dies of soonest. */
export function metThresholds(thresholds: Thresholds, signals: Signals): Met[] {
  return signalNames.flatMap((signal) => {
    const threshold = thresholds[signal];
    const { available, capacity } = signals[signal];
    if (threshold === undefined || capacity <= 0) return [];
    const limit = amountOf(threshold, capacity);
    if (available >= limit) return [];
    return [{ signal, threshold: percent.test(threshold) ? shown(signal, limit) : formatQuantity(parseQuantity(threshold)), available: shown(signal, available) }];
  });
}
