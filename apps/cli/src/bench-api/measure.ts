import type { Clock } from '@typernetes/machinery';
import { figuresOf, type Figures } from './figures';
import type { Call, Target } from './target';

export interface Workload {
  readonly name: string;
  readonly count: number;
  readonly connections: number;
  readonly call: (index: number) => Call;
}

/**
 * Sends a workload's calls from as many connections as it wants, each with one call at a time.
 * @throws Error at the first answer that is an error: figures of failing calls say nothing
 */
export async function measure(target: Target, { name, count, connections, call }: Workload, clock: Clock): Promise<Figures> {
  const agent = target.newAgent();
  const latenciesMs: number[] = [];
  let next = 0;
  let bytes = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const request = call(index);
      const startedAtMs = clock.monotonic();
      const answer = await target.call(request, agent);
      latenciesMs.push(clock.monotonic() - startedAtMs);
      if (answer.status >= 300) throw new Error(`${name}: ${request.method} ${request.path} answered ${answer.status} ${answer.problem}`);
      bytes += answer.bytes;
    }
  };
  const startedAtMs = clock.monotonic();
  try {
    await Promise.all(Array.from({ length: connections }, work));
  } finally {
    agent.destroy();
  }
  return figuresOf(name, latenciesMs, clock.monotonic() - startedAtMs, bytes);
}
