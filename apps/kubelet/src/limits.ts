/** Pauses before a container that ended is started again, or a failed pull is tried again: doubled up to the maximum. */
export const backOffMsInitial = 10_000;
export const backOffMsMax = 300_000;
/** After this long without a failure the next one counts as the first. */
export const backOffResetMs = 2 * backOffMsMax;

/** A pod whose sync failed is tried again after these pauses. */
export const syncRetryMsInitial = 500;
export const syncRetryMsMax = 10_000;

/** Volumes of running pods are brought up to date this often, besides at changes of what they show. */
export const volumeRefreshMs = 60_000;

/** Pauses before a lost watch of a Secret or ConfigMap is opened again; `jitter`: the part that is left to chance. */
export const objectWatchRetry = { initialMs: 200, maxMs: 10_000, jitter: 0.5 };

/** The runtime is listed this often: alone, and as a safety net under its event stream. */
export const relistMs = 1_000;
export const relistWithEventsMs = 10_000;

/** Pause before a broken event stream of the runtime is opened again. */
export const eventsRetryMs = 1_000;

/** Dead containers kept per container name of a pod: the last one serves `logs --previous`. */
export const deadContainersKept = 1;

/** Without an answer of the runtime for this long the kubelet counts as ill. */
export const plegThresholdMs = 180_000;

/** The directory of static pods is looked at this often, beside being watched; and so soon again while an older pod of a name ends. */
export const manifestCheckMs = 20_000;
export const manifestRetryMs = 500;

/** The machine is looked at this often for a shortage. */
export const evictionMs = 10_000;

export const housekeepingMs = 10_000;
export const imageGcMs = 300_000;
export const logRotationMs = 10_000;

/** Node status is looked at this often and written when it changed, else every `nodeStatusReportMs`. */
export const nodeStatusMs = 10_000;
export const nodeStatusReportMs = 300_000;
export const leaseRenewMs = 10_000;
export const leaseDurationSeconds = 40;

/** A runtime that was well and does not answer is believed to be well for this long: it may be restarting. */
export const runtimeDownMs = 30_000;

/** Images named in the node's status. */
export const nodeStatusImagesMax = 50;

/** Deadlines of CRI calls. */
export const criTimeoutMs = 120_000;
export const pullTimeoutMs = 30 * 60_000;

/** terminationMessagePath: bytes read of the file, and bytes and lines of the log that stand in for it. */
export const terminationMessageBytesMax = 4_096;
export const terminationLogBytesMax = 2_048;
export const terminationLogLinesMax = 80;

/** What a probe's answer may show in an event. */
export const probeOutputBytesMax = 10 << 10;

/** Least time that preStop hooks and processes get. */
export const graceSecondsMin = 2;

/** Tokens are fetched anew after this part of their life, and at the latest after a day. */
export const tokenRefreshPart = 0.8;
export const tokenAgeMsMax = 24 * 60 * 60_000;

/** How long the status of an ended pod may wait for a slow apiserver before the next try. */
export const statusRetryMs = 500;
export const statusRetryMsMax = 10_000;

/** Time for a connection to a pod's port to stand (Go's default dialer of upstream's proxies: 30 s). */
export const dialTimeoutMs = 30_000;

/** How long an answer of the API about a caller of port 10250 is believed (upstream's webhook defaults), and how many are kept. */
export const tokenTtlMs = 120_000;
export const allowedTtlMs = 300_000;
export const refusedTtlMs = 30_000;
export const accessCacheMax = 1_000;
