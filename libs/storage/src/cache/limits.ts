/** Changes that a cache remembers for watches that resume; older starts are answered with 410. */
export const windowChangesMax = 10_000;

/** Bytes of remembered changes per cache. The newest changes stay whatever their size (see windowChangesMin). */
export const windowBytesMax = 16 << 20;

/** So many changes are remembered even when they are big. */
export const windowChangesMin = 100;

/** Deliveries waiting for one watcher; above, it is cut off and has to list anew. Deliveries are shared, so this bounds references, not copies. */
export const watcherQueueMax = 20_000;

/** Snapshots for continued lists, per cache. They share structure with the cache. */
export const snapshotsMax = 50;

/** How long a cache may take to catch up with a revision before the request fails (upstream: 3 s). */
export const freshnessTimeoutMs = 3_000;

/** After so long without the awaited revision the store is asked for a progress notification. */
export const progressRequestAfterMs = 100;

/** Entries per page when the whole store is read. */
export const relistPageSize = 500;

/** Between attempts to reach the store. */
export const reconnectDelayMs = 200;

/** Labels and fields per cache by which lists find objects without looking at all of them. */
export const attributeIndexesMax = 8;
