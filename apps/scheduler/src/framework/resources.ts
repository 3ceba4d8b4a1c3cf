/**
 * Amounts by resource name, as plain numbers since the scheduler adds and compares them millions of times: cpu in
 * thousandths of a core, all others in their unit (bytes, pieces).
 */
export type Amounts = Readonly<Record<string, number>>;

export function addAmounts(to: Record<string, number>, amounts: Amounts): void {
  for (const name in amounts) to[name] = (to[name] ?? 0) + (amounts[name] ?? 0);
}

export function subtractAmounts(from: Record<string, number>, amounts: Amounts): void {
  for (const name in amounts) from[name] = (from[name] ?? 0) - (amounts[name] ?? 0);
}
