/** Waits between attempts while etcd can't be reached; together about 6 s: a restart of one member on a busy machine. */
export const readRetryDelaysMs: readonly number[] = [20, 100, 300, 600, 1_000, 2_000, 2_000];

/** Objects with a lifetime share one lease per so many seconds, as upstream's lease manager does. */
export const leaseReuseSeconds = 60;

/** A lease takes at most so many objects, so that its end does not delete thousands in one transaction. */
export const leaseObjectsMax = 1_000;
