import type { ApiAnswer, Intercepted, Interceptor } from '@typernetes/app-apiserver';
import { ApiError } from '@typernetes/machinery';
import type { Outcome } from './request-log';

type Watcher = Extract<ApiAnswer['result'], { type: 'watch' }>['watcher'];

export interface OpenWatch {
  readonly intercepted: Intercepted;
  readonly watcher: Watcher;
}

/** Runs before a request; may wait, or throw an ApiError to refuse. */
export type Gate = (intercepted: Intercepted) => Promise<void> | void;

/** All requests of the cluster pass here: what is under way, which watches are open, and what became of each. */
export class Traffic {
  private watches: OpenWatch[] = [];
  private underway = 0;

  constructor(
    private readonly gate: Gate,
    private readonly onAnswer: (intercepted: Intercepted, outcome: Omit<Outcome, 'at'>) => void,
  ) {}

  readonly intercept: Interceptor = async (intercepted, proceed) => {
    this.underway++;
    try {
      await this.gate(intercepted);
      const answer = await proceed();
      if (answer.result.type === 'watch') this.follow(intercepted, answer.result.watcher);
      this.onAnswer(intercepted, { code: answer.result.type === 'object' ? answer.result.code : 200 });
      return answer;
    } catch (error) {
      this.onAnswer(intercepted, error instanceof ApiError ? { code: error.status.code ?? 500, ...(error.status.reason ? { reason: error.status.reason } : {}) } : { code: 500, reason: 'InternalError' });
      throw error;
    } finally {
      this.underway--;
    }
  };

  /**
   * Resolves when no request is under way and none follows within some turns of the event loop: everybody has seen
   * what there was to see and has done what was to be done about it.
   */
  async settle(): Promise<void> {
    for (let quiet = 0, turns = 0; quiet < quietTurns && turns < turnsMax; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.underway === 0 ? quiet + 1 : 0;
    }
  }

  openWatches(): readonly OpenWatch[] {
    this.watches = this.watches.filter(({ watcher }) => watcher.isOpen);
    return this.watches;
  }

  private follow(intercepted: Intercepted, watcher: Watcher): void {
    this.watches.push({ intercepted, watcher });
    if (this.watches.length % prunedEvery === 0) this.openWatches();
  }
}

const prunedEvery = 256;
const quietTurns = 4;
/** A client that never stops asking must not stop the clock. */
const turnsMax = 20_000;
