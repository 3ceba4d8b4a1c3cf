/** Each output of ExecSync is cut here; the command goes on (CVE-2022-1708). */
export const execOutputBytesMax = 16 << 20;

/** Docker's own copy of a container's output: enough for the shim to catch up after a restart, no more. */
export const engineLogSizeMax = '20m';
export const engineLogFilesMax = '2';

/** Docker cuts longer lines into frames of this size. */
export const engineLogFrameBytes = 16 << 10;

/** How far before the last written line a log is read again after a restart, to catch lines that came out of order. */
export const logResumeOverlapNanos = 1_000_000_000n;

/** How much of a log file's end is read to find where to go on. */
export const logResumeTailBytes = 256 << 10;

/** How long a container's status waits for the last lines of its log. */
export const logDrainMsMax = 5_000;

/** Pause before a broken log or event stream of Docker is opened again. */
export const reconnectDelayMs = 500;

/** A streaming URL is good for one connection within this time. */
export const streamTokenLifetimeMs = 60_000;

/** URLs handed out and not yet used. */
export const streamTokensMax = 1_000;

/** An event subscriber that is this far behind is disconnected: it lists anew. */
export const eventBacklogMax = 1_000;

/** gRPC messages: lists of nodes with many containers. */
export const grpcMessageBytesMax = 16 << 20;

/** A CNI plugin that takes longer is killed. */
export const cniTimeoutMs = 60_000;

/** Parsed records of containers kept in memory. */
export const recordCacheMax = 4_096;

/** Usage of disk is measured at most this often. */
export const diskUsageMaxAgeMs = 30_000;
