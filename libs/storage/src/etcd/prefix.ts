/** The first key that no longer begins with `prefix`. The prefix ends with a plain ASCII character here (`/`). */
export function endOfPrefix(prefix: string): Buffer {
  const end = Buffer.from(prefix);
  const last = end.length - 1;
  end[last] = (end[last] ?? 0) + 1;
  return end;
}
