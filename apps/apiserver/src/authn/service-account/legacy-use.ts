import { resources, type Secret } from '@typernetes/api';
import type { ApiClient } from '@typernetes/client';
import { formatTime, type Clock } from '@typernetes/machinery';

const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';
const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';

/** Why a token secret is no longer good, in upstream's words: the clean-up has marked it (KEP-2799). */
export function markedInvalid({ metadata }: Secret, accountName: string): string | undefined {
  if (!metadata?.labels?.[invalidSinceLabel]) return undefined;
  const { namespace, name } = metadata;
  return `the token in secret ${namespace}/${name} for service account ${namespace}/${accountName} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${invalidSinceLabel}' label from the secret to temporarily allow use of this token`;
}

/** Writes down the day of a token's use, once a day; whoever uses it does not wait for that. */
export function legacyUseRecorder(client: ApiClient, clock: Clock, onFailed: (error: unknown) => void): (secret: Secret) => void {
  return ({ metadata }) => {
    const today = formatTime(clock.now()).slice(0, 10);
    if (metadata?.labels?.[lastUsedLabel] === today) return;
    const patch = { metadata: { uid: metadata?.uid, labels: { [lastUsedLabel]: today } } };
    client.resource(resources.secrets).patch(metadata?.name ?? '', patch, { namespace: metadata?.namespace, type: 'application/merge-patch+json' }).catch(onFailed);
  };
}
