import type { Intercepted } from '@typernetes/app-apiserver';
import { ApiError, apiErrors, parseDuration, reasonCodes, type Clock, type Status } from '@typernetes/machinery';
import { matchesForFault } from './request-match';
import type { Traffic } from './traffic';
import type { Duration, Faults, Heal, Refusal, RequestMatch } from './types';

interface Fault {
  readonly match: RequestMatch;
  /** Absent: until healed. */
  timesLeft?: number;
  strike(intercepted: Intercepted): Promise<void> | void;
}

/** Codes with several reasons: the usual ones first. */
const reasons = ['Conflict', 'Expired', 'InternalError', ...Object.keys(reasonCodes)] as (keyof typeof reasonCodes)[];

const reasonOfCode = (code: number): string => reasons.find((reason) => reasonCodes[reason] === code) ?? 'InternalError';

export const durationMs = (duration: Duration): number => (typeof duration === 'number' ? duration : parseDuration(duration));

/** What faults do to the cluster as a whole. */
export interface ClusterHandles {
  restartApiserver(): Promise<void>;
  failNode(name: string): Heal;
}

/** What goes wrong on purpose. Delays go by real time: who waits for an answer is outside of the cluster's clock. */
export class FaultInjector implements Faults {
  private faults: Fault[] = [];
  private readonly failedNodes = new Set<Heal>();

  constructor(
    private readonly realClock: Clock,
    private readonly traffic: () => Traffic,
    private readonly handles: ClusterHandles,
  ) {}

  /** Before a request is answered. @throws ApiError to refuse it */
  async gate(intercepted: Intercepted): Promise<void> {
    for (const fault of this.faults) {
      if (!matchesForFault(intercepted, fault.match)) continue;
      if (fault.timesLeft !== undefined && --fault.timesLeft <= 0) this.remove(fault);
      await fault.strike(intercepted);
    }
  }

  conflictOnce(match: RequestMatch = {}): Heal {
    const isUpdate = ({ request }: Intercepted): boolean => request.verb === 'update' || request.verb === 'patch';
    const fault: Fault = {
      match,
      strike: (intercepted) => {
        if (!isUpdate(intercepted)) return;
        this.remove(fault);
        const { group, resource, name } = intercepted.request.target;
        throw apiErrors.staleUpdate({ group, resource, name });
      },
    };
    return this.add(fault);
  }

  fail(match: RequestMatch, { code, reason, message, times = 1 }: Refusal): Heal {
    if (!Number.isInteger(times) || times < 1) throw new RangeError(`times: ${times} is not a positive number`);
    const status: Status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: message ?? `refused by the test with code ${code}`,
      reason: reason ?? reasonOfCode(code),
      code,
    };
    return this.add({
      match,
      timesLeft: times,
      strike: () => {
        throw new ApiError(status);
      },
    });
  }

  delay(match: RequestMatch, by: Duration): Heal {
    const ms = durationMs(by);
    return this.add({ match, strike: () => this.realClock.sleep(ms) });
  }

  dropWatches(match: RequestMatch = {}): number {
    return this.endWatches(match, ({ watcher }) => watcher.end());
  }

  expireWatches(match: RequestMatch = {}): number {
    return this.endWatches(match, ({ watcher }) => watcher.cut());
  }

  restartApiserver(): Promise<void> {
    return this.handles.restartApiserver();
  }

  failNode(name: string): Heal {
    const bringBack = this.handles.failNode(name);
    const heal = (): void => {
      this.failedNodes.delete(heal);
      bringBack();
    };
    this.failedNodes.add(heal);
    return heal;
  }

  clear(): void {
    this.faults = [];
    for (const heal of [...this.failedNodes]) heal();
  }

  private endWatches(match: RequestMatch, end: (watch: ReturnType<Traffic['openWatches']>[number]) => void): number {
    const meant = this.traffic().openWatches().filter(({ intercepted }) => matchesForFault(intercepted, match));
    for (const watch of meant) end(watch);
    return meant.length;
  }

  private add(fault: Fault): Heal {
    this.faults = [...this.faults, fault];
    return () => this.remove(fault);
  }

  private remove(fault: Fault): void {
    this.faults = this.faults.filter((other) => other !== fault);
  }
}
