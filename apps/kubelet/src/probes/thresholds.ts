import type { Probe } from '@typernetes/api';

export type ProbeType = 'liveness' | 'readiness' | 'startup';

/** What is believed, and how often in a row the last answer came. */
export interface ProbeState {
  healthy: boolean;
  lastOk: boolean;
  run: number;
}

/** Before the first answer: alive, but neither ready nor started. */
export const initialState = (type: ProbeType): ProbeState => ({ healthy: type === 'liveness', lastOk: type === 'liveness', run: 0 });

/** One more answer: the belief changes when it came often enough in a row. */
export function observe(state: ProbeState, ok: boolean, { successThreshold = 1, failureThreshold = 3 }: Pick<Probe, 'successThreshold' | 'failureThreshold'>): ProbeState {
  const run = state.lastOk === ok && state.run > 0 ? state.run + 1 : 1;
  const enough = run >= (ok ? successThreshold : failureThreshold);
  return { healthy: enough ? ok : state.healthy, lastOk: ok, run };
}
