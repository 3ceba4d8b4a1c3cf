/** How many `value` (a number or a share like `25%`) is of `total`; shares are rounded as asked. Anything else is 0. */
export function scaledValue(value: number | string | undefined, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const share = /^(\d+)%$/.exec(value ?? '')?.[1];
  if (share === undefined) return 0;
  const exact = (Number(share) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
