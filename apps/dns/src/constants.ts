/** Limits of the dns component, each with its reason. */

/** Without EDNS0 a UDP answer ends here (RFC 1035 section 4.2.1). */
export const udpPayloadBytesDefault = 512;

/** What we take and announce by EDNS0: no fragment on an Ethernet path (DNS flag day 2020). */
export const udpPayloadBytesMax = 1232;

/** Encoded answers kept; the least recently used goes first. About 300 bytes each. */
export const answerCacheEntriesMax = 10_000;

/** Answers of upstream servers kept. */
export const forwardCacheEntriesMax = 10_000;

/** Upper bound for what upstream servers ask us to keep: a changed record is seen within this time. */
export const forwardTtlSecondsMax = 30;

/** How long one upstream server may take before the next one is asked. */
export const forwardTimeoutMs = 2_000;

/** Questions that wait for upstream servers at once; more are answered with SERVFAIL, so that memory stays bounded. */
export const forwardsInFlightMax = 1_000;

/** A TCP connection that says nothing for this long is closed (RFC 7766 section 6.2.3). */
export const tcpIdleTimeoutMs = 10_000;

/** Open TCP connections; more are closed at once. */
export const tcpConnectionsMax = 1_000;
