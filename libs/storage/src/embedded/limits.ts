/** LMDB takes keys of 1,978 bytes; a version adds twelve. Kubernetes' longest names stay below 700. */
export const keyBytesMax = 1_900;

/** Entries with a lifetime end at most so much later than they should. */
export const expiryPeriodMs = 1_000;

/** At most so many entries end in one transaction, so that writers don't wait behind a great clean-up. */
export const expiryBatchMax = 500;

/** Compaction does so many changes in one transaction, for the same reason. */
export const compactionBatchMax = 1_000;

/** Address space that LMDB may map; it is no file size and no memory. */
export const mapSizeBytes = 64 * 1024 ** 3;
