import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { Clock } from '@typernetes/machinery';
import { CriError } from '../errors';
import { streamTokenLifetimeMs, streamTokensMax } from '../limits';

/** Single-use tickets: whoever has the URL may open the stream once, soon. */
export class Tokens<T> {
  private readonly waiting = new Map<string, { value: T; expiresAt: number }>();

  constructor(private readonly clock: Clock) {}

  /** @throws CriError RESOURCE_EXHAUSTED when too many are handed out and not used */
  issue(value: T): string {
    this.dropExpired();
    if (this.waiting.size >= streamTokensMax) {
      throw new CriError(status.RESOURCE_EXHAUSTED, 'maximum number of in-flight requests exceeded');
    }
    const token = randomBytes(16).toString('base64url');
    this.waiting.set(token, { value, expiresAt: this.clock.monotonic() + streamTokenLifetimeMs });
    return token;
  }

  /** Undefined when the token is unknown, used or too old. */
  redeem(token: string): T | undefined {
    this.dropExpired();
    const entry = this.waiting.get(token);
    this.waiting.delete(token);
    return entry?.value;
  }

  /** Entries stand in the order of their expiry. */
  private dropExpired(): void {
    const now = this.clock.monotonic();
    for (const [token, entry] of this.waiting) {
      if (entry.expiresAt > now) return;
      this.waiting.delete(token);
    }
  }
}
