import type { Service } from '@typernetes/api';

const envName = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** Headless and external Services have no address to tell. */
const hasAddress = ({ spec }: Service): boolean => Boolean(spec?.clusterIP) && spec?.clusterIP !== 'None' && spec?.type !== 'ExternalName';

/** `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT[_PORTNAME]` and the variables of Docker's links, of one Service. */
export function serviceVariables(service: Service): Record<string, string> {
  const ip = service.spec?.clusterIP ?? '';
  const host = ip.includes(':') ? `[${ip}]` : ip;
  const prefix = envName(service.metadata?.name ?? '');
  const ports = service.spec?.ports ?? [];
  const [first] = ports;
  if (!first) return { [`${prefix}_SERVICE_HOST`]: ip };
  const variables: Record<string, string> = {
    [`${prefix}_SERVICE_HOST`]: ip,
    [`${prefix}_SERVICE_PORT`]: String(first.port),
  };
  for (const { name, port } of ports) if (name) variables[`${prefix}_SERVICE_PORT_${envName(name)}`] = String(port);
  const url = (protocol: string, port: number): string => `${protocol}://${host}:${port}`;
  variables[`${prefix}_PORT`] = url((first.protocol ?? 'TCP').toLowerCase(), first.port);
  for (const { port, protocol = 'TCP' } of ports) {
    const link = `${prefix}_PORT_${port}_${protocol}`;
    variables[link] = url(protocol.toLowerCase(), port);
    variables[`${link}_PROTO`] = protocol.toLowerCase();
    variables[`${link}_PORT`] = String(port);
    variables[`${link}_ADDR`] = ip;
  }
  return variables;
}

/** The `kubernetes` Service always, the others of the pod's namespace when it wants links; the namespace's own win. */
export function serviceEnvironment(services: readonly Service[], namespace: string, enableServiceLinks: boolean): Record<string, string> {
  const master = services.filter(({ metadata }) => metadata?.namespace === 'default' && metadata.name === 'kubernetes');
  const own = enableServiceLinks ? services.filter(({ metadata }) => metadata?.namespace === namespace) : [];
  return Object.assign({}, ...[...master, ...own].filter(hasAddress).map(serviceVariables)) as Record<string, string>;
}
