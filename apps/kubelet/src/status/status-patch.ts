import type { Pod, PodStatus } from '@typernetes/api';
import { ownConditions, passingConditions, sharedConditions } from '../pod/pod-conditions';
import { uidOf } from '../pod/pod-kind';

const isOwn = (type: string): boolean => [...ownConditions, ...passingConditions].some((own) => own === type);

/** A null takes the field away. */
const orNull = <T>(value: T | undefined): T | null => value ?? null;

const ipsText = (ips: readonly { ip?: string }[] | undefined): string => (ips ?? []).map(({ ip }) => ip).join();

/**
 * The strategic merge patch that makes the pod's status say `status`. Conditions of others stay as they are; the uid
 * keeps it from another pod of the same name.
 */
export function statusPatch(pod: Pod, status: PodStatus): object {
  const replace = { $patch: 'replace' };
  const listed = (now: readonly { ip?: string }[] | undefined, before: readonly { ip?: string }[] | undefined): object[] | undefined =>
    now && (before && ipsText(before) !== ipsText(now) ? [...now, replace] : [...now]);
  return {
    metadata: { uid: uidOf(pod) },
    status: {
      ...status,
      reason: orNull(status.reason),
      message: orNull(status.message),
      conditions: [
        ...(status.conditions ?? [])
          .filter(({ type }) => isOwn(type) || sharedConditions.some((shared) => shared === type))
          .map((condition) => ({ ...condition, reason: orNull(condition.reason), message: orNull(condition.message) })),
        ...passedConditions(pod, status).map((type) => ({ type, $patch: 'delete' })),
      ],
      podIPs: listed(status.podIPs, pod.status?.podIPs),
      hostIPs: listed(status.hostIPs, pod.status?.hostIPs),
    },
  };
}

/** Conditions that were there and have passed. */
function passedConditions(pod: Pod, status: PodStatus): string[] {
  const has = ({ conditions = [] }: PodStatus, wanted: string): boolean => conditions.some(({ type }) => type === wanted);
  return passingConditions.filter((type) => has(pod.status ?? {}, type) && !has(status, type));
}

/** Text equal for statuses that say the same; conditions of others are left out. */
export function statusText(status: PodStatus | undefined): string {
  const own = (status?.conditions ?? []).filter(({ type }) => isOwn(type));
  return sortedJson({ ...status, conditions: own.map(({ lastProbeTime: _probe, ...rest }) => rest).sort((a, b) => a.type.localeCompare(b.type)) });
}

/** JSON with sorted keys and without empty values. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part === null || part === '') return undefined;
    if (typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(
      Object.entries(part)
        .filter(([, inner]) => inner !== null && inner !== undefined && !(typeof inner === 'object' && Object.keys(inner as object).length === 0))
        .sort(([a], [b]) => a.localeCompare(b)),
    );
  });
}
