/** Length of a serial number: enough that chance gives none twice. */
export const serialNumberBytes = 16;

/**
 * A certificate's serial number in hex. Positive (RFC 5280 section 4.1.2.2), so the first bit is 0; and with the second
 * one set there are no leading zeros, which DER forbids (X.690 section 8.3.2) and node-forge would leave in.
 *
 * @param bytes by chance
 */
export function serialNumberOf(bytes: Buffer): string {
  const first = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return Buffer.concat([Buffer.from([first]), bytes.subarray(1)]).toString('hex');
}
