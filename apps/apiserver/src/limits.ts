/** Attempts of one write against others who write the same object. */
export const updateAttemptsMax = 10;

/** Attempts to find a free generated name (upstream: 8). */
export const generateNameAttemptsMax = 8;

/** Bytes of a request body; above: 413 (upstream: 3 MiB). */
export const requestBodyBytesMax = 3 << 20;

/** A watch without timeoutSeconds ends after this, plus up to as much again by chance (upstream's --min-request-timeout). */
export const watchTimeoutMsMin = 1_800_000;

/** Bookmarks go to those who asked for them this often. */
export const bookmarkPeriodMs = 30_000;

/** Bytes that may wait in one watch client's socket before its deliveries are left in the queue. */
export const watchSocketBytesMax = 1 << 20;

/** Answers from this size on are compressed when the client takes gzip (upstream: 128 KiB). */
export const gzipBytesMin = 128 * 1024;

/** Big answers are sent in pieces of about this size. Smaller ones cost more writes, bigger ones more fresh memory. */
export const answerPieceBytes = 64 * 1024;

/** So many buffers for pieces are kept between answers; a big answer needs three. */
export const answerSlabsFreeMax = 16;

/** Bytes of one gRPC list batch; a batch also ends at listBatchItemsMax. */
export const listBatchBytesMax = 256 * 1024;
export const listBatchItemsMax = 500;

/** Time for open requests to end at shutdown. */
export const shutdownGraceMs = 2_000;

/** How often old revisions are dropped from the store (upstream's --etcd-compaction-interval). */
export const compactionPeriodMs = 300_000;

/** Watch events of this time travel in one write; the first goes at once. */
export const watchFlushPeriodMs = 5;

/** Bytes that may wait for a slow client of logs, exec, attach and port-forward before their source is paused. */
export const streamBufferBytesMax = 1 << 20;

/** One message of a client's WebSocket; kubectl sends at most 32 KiB. */
export const webSocketMessageBytesMax = 16 << 20;

/** A stream on which nothing moves is closed after this (the kubelet's --streaming-connection-idle-timeout). */
export const streamIdleTimeoutMs = 4 * 60 * 60_000;

/** A silent connection of a stream is asked this often whether its other end is still there. */
export const streamKeepAliveMs = 30_000;
