/**
 * Does `count` things in batches of 1, 2, 4, ...: when the first ones fail for a reason that all share (no quota, a
 * broken template), the others are not even tried. Returns how many succeeded; throws the first error.
 */
export async function slowStart(count: number, act: (index: number) => Promise<void>): Promise<number> {
  let done = 0;
  for (let batch = Math.min(1, count); batch > 0; batch = Math.min(batch * 2, count - done)) {
    const results = await Promise.allSettled(Array.from({ length: batch }, (_, i) => act(done + i)));
    done += results.filter(({ status }) => status === 'fulfilled').length;
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
  return done;
}
