/** Pause before a failed synchronisation is tried again. */
export const retryDelayMs = 1_000;

/** Routes of ours carry this protocol number (none that iproute2 names), so that left-overs are found after a restart. */
export const routeProtocol = 141;

/** A bridge without ports: what is sent there is lost. */
export const blackholeDevice = 't8s0';

/** Label of addresses that we put on the node's interface, after its name and a colon. */
export const addressLabel = 't8s';

/** Gratuitous ARP packets after taking an address over. */
export const announcements = 3;
