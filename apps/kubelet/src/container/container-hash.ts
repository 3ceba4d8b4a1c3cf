import { createHash } from 'node:crypto';
import type { Container } from '@typernetes/api';

/** What of a container, when changed, needs a new one: name and image, as upstream since 1.31. */
export function containerHash({ name, image }: Container): string {
  return createHash('sha256').update(JSON.stringify([name, image])).digest('hex').slice(0, 8);
}
