/**
 * Whether silence of a node can be told from silence of the API. After an outage of the API (or of its store) every
 * heartbeat is old, although all nodes are well; judged then, every node would be called unreachable and every pod not
 * ready, until the kubelets have written again. So nodes are judged only when the API has answered us without a gap for
 * long enough that living kubelets have written too.
 */
export class ApiContact {
  private sinceMs: number | undefined;
  private lastMs = 0;

  /**
   * @param settleMs contact of this length is enough to judge
   * @param gapMs two answers that are further apart are no contact
   */
  constructor(
    private readonly settleMs: number,
    private readonly gapMs: number,
  ) {}

  answered(nowMs: number): void {
    if (this.sinceMs === undefined || nowMs - this.lastMs > this.gapMs) this.sinceMs = nowMs;
    this.lastMs = nowMs;
  }

  failed(): void {
    this.sinceMs = undefined;
  }

  isSettled(nowMs: number): boolean {
    return this.sinceMs !== undefined && nowMs - this.lastMs <= this.gapMs && nowMs - this.sinceMs >= this.settleMs;
  }
}
