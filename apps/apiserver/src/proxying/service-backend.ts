import type { EndpointSlice, Service } from '@typernetes/api';
import { resources } from '@typernetes/api';
import { apiErrors, type Random } from '@typernetes/machinery';
import type { SubresourceContext } from '../pipeline/subresource';
import { checkProxyable, dial, joinHostPort, overTls, type Backend, type ProxyDependencies } from './backend';
import { connectPod } from './pod-backend';
import { rotated } from './proxy-url';
import { parseSchemeNamePort } from './scheme-name-port';

/** One address behind a Service. */
export interface ServiceEndpoint {
  readonly host: string;
  readonly port: number;
  /** The pod that has the address, if it is one's. */
  readonly pod?: { readonly name: string; readonly namespace: string };
}

/** The name of the port that a number means; a name is taken as it is. @throws ApiError ServiceUnavailable */
export function portName({ metadata, spec }: Pick<Service, 'metadata' | 'spec'>, port: string): string {
  if (!/^\d+$/.test(port)) return port;
  const found = (spec?.ports ?? []).find((each) => each.port === Number(port));
  if (!found) throw apiErrors.serviceUnavailable(`no service port ${port} found for service ${JSON.stringify(metadata?.name)}`);
  return found.name ?? '';
}

/** A ready endpoint by chance. @throws ApiError ServiceUnavailable when there is none */
export function pickEndpoint(service: string, port: string, slices: readonly EndpointSlice[], random: Random): ServiceEndpoint {
  for (const { endpoints = [], ports = [], metadata } of rotated(slices, random)) {
    const number = ports.find((each) => (each.name ?? '') === port && (each.protocol ?? 'TCP') === 'TCP')?.port;
    const endpoint = rotated(endpoints.filter(({ conditions }) => conditions?.ready !== false), random)[0];
    const host = endpoint?.addresses[0];
    if (number === undefined || !endpoint || !host) continue;
    const { targetRef } = endpoint;
    const pod = targetRef?.kind === 'Pod' ? { name: targetRef.name ?? '', namespace: targetRef.namespace ?? metadata?.namespace ?? '' } : undefined;
    return { host, port: number, ...(pod ? { pod } : {}) };
  }
  throw apiErrors.serviceUnavailable(`no endpoints available for service ${JSON.stringify(service)}`);
}

/** services/proxy. @throws ApiError NotFound, BadRequest, ServiceUnavailable */
export async function serviceBackend(dependencies: ProxyDependencies, { target }: SubresourceContext): Promise<Backend> {
  const { objects, random } = dependencies;
  const { scheme, name, port: wished } = parseSchemeNamePort(target.name, 'service');
  const service = objects.get(resources.services, name, target.namespace);
  if (!service) throw apiErrors.notFound({ group: '', resource: 'services', name });
  const slices = objects.list(resources.endpointSlices, target.namespace).filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === name);
  const { host, port, pod: reference } = pickEndpoint(name, portName(service, wished), slices, random);
  checkProxyable(host);
  const pod = reference && objects.get(resources.pods, reference.name, reference.namespace);
  const connect = pod ? connectPod(dependencies, pod, { host, port }) : () => dial(host, port);
  return { authority: joinHostPort(host, port), connect: scheme === 'https' ? () => overTls(connect()) : connect };
}
