import type { Intercepted } from '@typernetes/app-apiserver';
import type { RequestMatch } from './types';

const ownComponent = /^system:(?!serviceaccount:|anonymous$)/;

/** Whether all that is named fits. */
export function matches({ request, user }: Intercepted, match: RequestMatch): boolean {
  const { target } = request;
  const actual: Record<string, string> = { verb: request.verb, ...target, user: user.name };
  const { userAgent, ...wanted } = match;
  if (userAgent !== undefined && !request.userAgent?.startsWith(userAgent)) return false;
  return Object.entries(wanted).every(([field, value]) => value === undefined || actual[field] === value);
}

/** As `matches`; but the cluster's own components are meant only when they are named: without them nothing would work. */
export function matchesForFault(intercepted: Intercepted, match: RequestMatch): boolean {
  if (match.user === undefined && ownComponent.test(intercepted.user.name)) return false;
  return matches(intercepted, match);
}
