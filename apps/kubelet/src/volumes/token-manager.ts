import type { AuthenticationV1TokenRequest, Pod } from '@typernetes/api';
import { resources } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import type { Clock } from '@typernetes/machinery';
import { parseTime } from '@typernetes/machinery';
import { tokenAgeMsMax, tokenRefreshPart } from '../limits';
import { nameOf, namespaceOf, uidOf } from '../pod/pod-kind';
import type { TokenSource } from './volume-kind';

interface Entry {
  token: string;
  refreshAtMs: number;
  expiresAtMs: number;
}

/** Tokens bound to their pod (KEP-1205), fetched anew well before they expire. */
export class TokenManager implements TokenSource {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly client: ApiClient,
    private readonly clock: Clock,
  ) {}

  async token(pod: Pod, audience: string | undefined, expirationSeconds: number): Promise<string> {
    const key = [uidOf(pod), pod.spec?.serviceAccountName, audience, expirationSeconds].join('/');
    const known = this.entries.get(key);
    const nowMs = this.clock.now();
    if (known && nowMs < known.refreshAtMs) return known.token;
    try {
      const entry = await this.request(pod, audience, expirationSeconds);
      this.entries.set(key, entry);
      return entry.token;
    } catch (error) {
      // A token that is still good serves on while the API is away.
      if (known && nowMs < known.expiresAtMs) return known.token;
      throw error;
    }
  }

  forget(uid: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(`${uid}/`)) this.entries.delete(key);
  }

  private async request(pod: Pod, audience: string | undefined, expirationSeconds: number): Promise<Entry> {
    const nowMs = this.clock.now();
    const account = pod.spec?.serviceAccountName ?? 'default';
    const body: AuthenticationV1TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: audience ? [audience] : [],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: nameOf(pod), uid: uidOf(pod) },
      },
    };
    const answer = await this.client.resource(resources.serviceAccounts).createSubresource(account, 'token', body, { namespace: namespaceOf(pod) });
    const { token, expirationTimestamp } = answer.status ?? {};
    if (!token) throw new Error(`the API gave no token for service account ${namespaceOf(pod)}/${account}`);
    const expiresAtMs = parseTime(expirationTimestamp ?? '') ?? nowMs + expirationSeconds * 1_000;
    return { token, expiresAtMs, refreshAtMs: nowMs + Math.min((expiresAtMs - nowMs) * tokenRefreshPart, tokenAgeMsMax) };
  }
}
