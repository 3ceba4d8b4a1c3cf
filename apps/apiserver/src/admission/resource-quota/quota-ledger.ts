import type { ResourceQuota } from '@typernetes/api';
import { hasReason } from '@typernetes/machinery';
import { checkQuota, quotaDelta, type QuotaRequest } from './quota-check';

/** The quotas of a namespace as they are stored. */
export interface QuotaStore {
  read(namespace: string): Promise<ResourceQuota[]>;
  /** @throws ApiError Conflict when somebody has written it since it was read, NotFound when it is gone */
  writeStatus(quota: ResourceQuota): Promise<void>;
}

interface Waiting {
  readonly request: QuotaRequest;
  readonly dryRun: boolean;
  settle(why: string | undefined): void;
  fail(error: unknown): void;
}

/** Other apiservers, and the controller, write too; each failed attempt means that one of them got on. */
const attemptsMax = 20;

/**
 * Charges writes to the quotas of their namespace before they are made. All that wait in a namespace are charged
 * together, in one write per quota: however many come at once, none overshoots, and none waits for a write each.
 */
export class QuotaLedger {
  private readonly waiting = new Map<string, Waiting[]>();

  constructor(private readonly store: QuotaStore) {}

  /** Why the write may not be; undefined when it is paid for. */
  charge(namespace: string, request: QuotaRequest, dryRun: boolean): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = { request, dryRun, settle: resolve, fail: reject };
      const queue = this.waiting.get(namespace);
      if (queue) {
        queue.push(entry);
        return;
      }
      this.waiting.set(namespace, [entry]);
      void this.work(namespace);
    });
  }

  /** Takes what has come, until nothing comes. The entry in `waiting` says that somebody works. */
  private async work(namespace: string): Promise<void> {
    for (let batch = this.waiting.get(namespace); batch?.length; batch = this.waiting.get(namespace)) {
      this.waiting.set(namespace, []);
      const taken = batch;
      try {
        const verdicts = await this.settleBatch(namespace, taken);
        taken.forEach((entry, i) => entry.settle(verdicts[i]));
      } catch (error) {
        for (const entry of taken) entry.fail(error);
      }
    }
    this.waiting.delete(namespace);
  }

  private async settleBatch(namespace: string, batch: readonly Waiting[]): Promise<(string | undefined)[]> {
    const paid = new Map<string, Set<Waiting>>();
    for (let attempt = 1; ; attempt++) {
      const page = new Page(await this.store.read(namespace), paid);
      const verdicts = batch.map((entry) => page.enter(entry));
      try {
        for (const [quota, entries] of page.charged) {
          await this.store.writeStatus(quota);
          paid.set(quota.metadata?.uid ?? '', new Set([...(paid.get(quota.metadata?.uid ?? '') ?? []), ...entries]));
        }
        return verdicts;
      } catch (error) {
        if (!hasReason(error, 'Conflict', 'NotFound') || attempt >= attemptsMax) throw error;
      }
    }
  }
}

/** The quotas while a batch is entered. What an earlier attempt has written to one of them is not charged there again. */
class Page {
  readonly charged = new Map<ResourceQuota, Set<Waiting>>();
  private readonly quotas: ResourceQuota[];

  constructor(
    quotas: readonly ResourceQuota[],
    private readonly paid: ReadonlyMap<string, ReadonlySet<Waiting>>,
  ) {
    this.quotas = quotas.map((quota) => ({ ...quota, status: { ...quota.status } }));
  }

  /** All quotas must agree before one is charged. */
  enter(entry: Waiting): string | undefined {
    const delta = quotaDelta(entry.request);
    const charges: { quota: ResourceQuota; used: Record<string, string> }[] = [];
    for (const quota of this.quotas) {
      if (this.paid.get(quota.metadata?.uid ?? '')?.has(entry)) continue;
      const verdict = checkQuota(quota, entry.request, delta);
      if (verdict.type === 'refused') return verdict.why;
      if (verdict.type === 'charged') charges.push({ quota, used: verdict.used });
    }
    if (entry.dryRun) return undefined;
    for (const { quota, used } of charges) {
      quota.status = { ...quota.status, used };
      const entries = this.charged.get(quota) ?? new Set();
      this.charged.set(quota, entries.add(entry));
    }
    return undefined;
  }
}
