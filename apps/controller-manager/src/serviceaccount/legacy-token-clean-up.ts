import type { Pod, Secret, ServiceAccount } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { formatTime, hasReason, parseTime } from '@typernetes/machinery';
import type { ControllerContext, ControllerDefinition } from '../context';
import { accountNameAnnotation, accountUidAnnotation, tokenSecretType } from './token-secret';

/**
 * Tokens that accounts were given without asking, before Kubernetes 1.24, never end by themselves (KEP-2799). Those that
 * nobody has used for a year are marked invalid, and deleted when nobody has complained for another year.
 */
const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';
const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';
const tracking = { namespace: 'kube-system', name: 'kube-apiserver-legacy-service-account-token-tracking' };

const cleanUpPeriodMs = 365 * 24 * 3_600_000;
const syncPeriodMs = 24 * 3_600_000;

/** Labels hold days. */
const dayMs = (day: string | undefined): number | undefined => (day === undefined ? undefined : parseTime(`${day}T00:00:00Z`));

export interface LegacyToken {
  secret: Secret;
  account: ServiceAccount | undefined;
  isMounted: boolean;
  /** Since when uses are written down. */
  trackedSinceMs: number;
  nowMs: number;
}

/** What becomes of a token secret. Secrets that somebody made on purpose are not in their account's list, and stay. */
export function legacyTokenStep({ secret, account, isMounted, trackedSinceMs, nowMs }: LegacyToken): 'keep' | 'mark' | 'delete' {
  const { name, annotations, labels, creationTimestamp } = secret.metadata ?? {};
  if (!account || account.metadata?.uid !== annotations?.[accountUidAnnotation] || !account.secrets?.some((reference) => reference.name === name)) return 'keep';
  const isRecent = (sinceMs: number): boolean => sinceMs + cleanUpPeriodMs > nowMs;
  if (isMounted || isRecent(trackedSinceMs) || isRecent(parseTime(creationTimestamp ?? '') ?? nowMs)) return 'keep';
  const usedMs = labels?.[lastUsedLabel] === undefined ? trackedSinceMs : (dayMs(labels[lastUsedLabel]) ?? nowMs);
  if (isRecent(usedMs)) return 'keep';
  const invalidMs = dayMs(labels?.[invalidSinceLabel]);
  if (invalidMs === undefined) return 'mark';
  return isRecent(invalidMs) ? 'keep' : 'delete';
}

/** Names of the secrets that a pod mounts or reads. */
function mountedSecrets({ spec }: Pod): string[] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return [
    ...(spec?.volumes ?? []).flatMap(({ secret, projected }) => [secret?.secretName, ...(projected?.sources ?? []).map((source) => source.secret?.name)]),
    ...containers.flatMap(({ env, envFrom }) => [...(env ?? []).map(({ valueFrom }) => valueFrom?.secretKeyRef?.name), ...(envFrom ?? []).map(({ secretRef }) => secretRef?.name)]),
  ].filter((name): name is string => Boolean(name));
}

/** Marks and deletes legacy tokens that nobody uses. */
export const legacyTokenCleaner: ControllerDefinition = {
  name: 'legacy-serviceaccount-token-cleaner-controller',
  setUp(context) {
    const { informers, clock, logger } = context;
    informers.informer(resources.secrets, { fieldSelector: `type=${tokenSecretType}` });
    informers.informer(resources.serviceAccounts);
    informers.informer(resources.pods);
    return async (signal) => {
      while (!signal.aborted) {
        await cleanUp(context).catch((error: unknown) => logger.warn({ error }, 'clean-up of legacy tokens failed, trying again'));
        await clock.sleep(syncPeriodMs, signal).catch(() => undefined);
      }
    };
  },
};

async function cleanUp({ informers, client, clock }: ControllerContext): Promise<void> {
  const map = await client.resource(resources.configMaps).get(tracking.name, { namespace: tracking.namespace });
  const trackedSinceMs = dayMs(map.data?.['since']);
  const nowMs = clock.now();
  if (trackedSinceMs === undefined || trackedSinceMs + cleanUpPeriodMs > nowMs) return;
  const mounted = new Set(informers.informer(resources.pods).list().flatMap((pod) => mountedSecrets(pod).map((name) => `${pod.metadata?.namespace}/${name}`)));
  const secrets = client.resource(resources.secrets);
  for (const secret of informers.informer(resources.secrets, { fieldSelector: `type=${tokenSecretType}` }).list()) {
    const { name = '', namespace, uid, resourceVersion, annotations } = secret.metadata ?? {};
    const account = informers.informer(resources.serviceAccounts).get(`${namespace}/${annotations?.[accountNameAnnotation]}`);
    const step = legacyTokenStep({ secret, account, isMounted: mounted.has(`${namespace}/${name}`), trackedSinceMs, nowMs });
    if (step === 'keep') continue;
    const patch = { metadata: { uid, resourceVersion, labels: { [invalidSinceLabel]: formatTime(nowMs).slice(0, 10) } } };
    const done = step === 'mark' ? secrets.patch(name, patch, { namespace, type: 'application/merge-patch+json' }) : secrets.delete(name, { namespace, preconditions: { uid, resourceVersion } });
    await done.catch((error: unknown) => {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error;
    });
  }
}
