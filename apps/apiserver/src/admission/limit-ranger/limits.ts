import type { LimitRangeItem, PersistentVolumeClaim, Pod } from '@typernetes/api';
import { compareQuantities, parseQuantity, podLimits, podRequests } from '@typernetes/machinery';

/** What a LimitRange demands (API documentation "Limit Ranges"); the texts are those that users know. */

type Amounts = Readonly<Record<string, string>>;

/** One thing that is limited. */
interface Usage {
  readonly type: string;
  readonly requests: Amounts;
  readonly limits: Amounts;
}

interface Amount {
  readonly usage: Usage;
  readonly name: string;
  readonly enforced: string;
}

const isOver = (a: string, b: string): boolean => compareQuantities(parseQuantity(a), parseQuantity(b)) > 0;

function belowMinimum({ usage: { type, requests, limits }, name, enforced }: Amount): string | undefined {
  const [request, limit] = [requests[name], limits[name]];
  const text = `minimum ${name} usage per ${type} is ${enforced}`;
  if (request === undefined) return `${text}.  No request is specified`;
  if (isOver(enforced, request)) return `${text}, but request is ${request}`;
  return limit !== undefined && isOver(enforced, limit) ? `${text}, but limit is ${limit}` : undefined;
}

function aboveMaximum({ usage: { type, requests, limits }, name, enforced }: Amount): string | undefined {
  const [request, limit] = [requests[name], limits[name]];
  const text = `maximum ${name} usage per ${type} is ${enforced}`;
  // Claims have requests only.
  if (type === 'PersistentVolumeClaim') {
    if (request === undefined) return `${text}.  No request is specified`;
    return isOver(request, enforced) ? `${text}, but request is ${request}` : undefined;
  }
  if (limit === undefined) return `${text}.  No limit is specified`;
  if (isOver(limit, enforced)) return `${text}, but limit is ${limit}`;
  return request !== undefined && isOver(request, enforced) ? `${text}, but request is ${request}` : undefined;
}

function aboveRatio({ usage: { type, requests, limits }, name, enforced }: Amount): string | undefined {
  const nanosOf = (text: string | undefined): number => (text === undefined ? 0 : Number(parseQuantity(text).nanos));
  const [request, limit] = [nanosOf(requests[name]), nanosOf(limits[name])];
  const text = `${name} max limit to request ratio per ${type} is ${enforced}`;
  if (request === 0) return `${text}, but no request is specified or request is 0`;
  if (limit === 0) return `${text}, but no limit is specified or limit is 0`;
  const ratio = limit / request;
  return ratio > nanosOf(enforced) / 1e9 ? `${text}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

function check({ min, max, maxLimitRequestRatio }: LimitRangeItem, usage: Usage): string[] {
  const all = (list: Amounts | undefined, rule: (amount: Amount) => string | undefined): (string | undefined)[] =>
    Object.entries(list ?? {}).map(([name, enforced]) => rule({ usage, name, enforced }));
  return [...all(min, belowMinimum), ...all(max, aboveMaximum), ...all(maxLimitRequestRatio, aboveRatio)].filter((why): why is string => why !== undefined);
}

/** Everything that is wrong with a pod. */
export function checkPod(items: readonly LimitRangeItem[], pod: Pod): string[] {
  return items.flatMap((item) => {
    if (item.type === 'Pod') return check(item, { type: 'Pod', requests: podRequests(pod), limits: limitsOfAll(pod) });
    if (item.type !== 'Container') return [];
    const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
    return containers.flatMap(({ resources }) => check(item, { type: 'Container', requests: resources?.requests ?? {}, limits: resources?.limits ?? {} }));
  });
}

/** A pod has a limit when all its containers have one: the others could take anything. */
function limitsOfAll(pod: Pod): Amounts {
  const { containers = [], resources } = pod.spec ?? {};
  const isLimited = (name: string): boolean => resources?.limits?.[name] !== undefined || containers.every((container) => container.resources?.limits?.[name] !== undefined);
  return Object.fromEntries(Object.entries(podLimits(pod)).filter(([name]) => isLimited(name)));
}

/** Everything that is wrong with a claim. */
export function checkClaim(items: readonly LimitRangeItem[], { spec }: PersistentVolumeClaim): string[] {
  return items.filter(({ type }) => type === 'PersistentVolumeClaim').flatMap((item) => check(item, { type: item.type, requests: spec?.resources?.requests ?? {}, limits: {} }));
}
