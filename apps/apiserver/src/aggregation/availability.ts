import type { APIService, APIServiceCondition, EndpointSlice, Service } from '@typernetes/api';

/** The condition but for its time. */
export type Availability = Omit<APIServiceCondition, 'lastTransitionTime' | 'type'>;

const isNot = (reason: string, message: string): Availability => ({ status: 'False', reason, message });

export const passed: Availability = { status: 'True', reason: 'Passed', message: 'all checks passed' };

/** The server did not say what it serves. */
export const failedDiscovery = (url: string, problem: string): Availability => isNot('FailedDiscoveryCheck', `failing or missing response from ${url}: ${problem}`);

/** What is wrong with the Service behind which a server is said to be; undefined when it can be asked (upstream's available controller). */
export function serviceProblem({ spec }: APIService, service: Service | undefined, slices: readonly EndpointSlice[]): Availability | undefined {
  const { name = '', namespace = '', port = 443 } = spec?.service ?? {};
  const who = `service/${name} in ${JSON.stringify(namespace)}`;
  if (!service) return isNot('ServiceNotFound', `${who} is not present`);
  // Endpoints of other types are nothing that this server could know.
  if ((service.spec?.type ?? 'ClusterIP') !== 'ClusterIP') return undefined;
  const found = (service.spec?.ports ?? []).find((each) => each.port === port);
  if (!found) return isNot('ServicePortError', `${who} is not listening on port ${port}`);
  if (slices.length === 0) return isNot('EndpointsNotFound', `cannot find endpointslices for ${who}`);
  const portName = found.name ?? '';
  const hasAddress = slices.some(({ endpoints = [], ports = [] }) => ports.some((each) => (each.name ?? '') === portName) && endpoints.some(({ addresses, conditions }) => addresses.length > 0 && conditions?.ready !== false));
  return hasAddress ? undefined : isNot('MissingEndpoints', `endpointslices for ${who} have no addresses with port name ${JSON.stringify(portName)}`);
}

/** The conditions with this one; undefined when they say so already. */
export function withAvailability(conditions: readonly APIServiceCondition[], wanted: Availability, now: string): APIServiceCondition[] | undefined {
  const before = conditions.find(({ type }) => type === 'Available');
  if (before && before.status === wanted.status && before.reason === wanted.reason && before.message === wanted.message) return undefined;
  const lastTransitionTime = before?.status === wanted.status && before.lastTransitionTime ? before.lastTransitionTime : now;
  return [...conditions.filter(({ type }) => type !== 'Available'), { type: 'Available', lastTransitionTime, ...wanted }];
}
