import { fieldError, validateDns1123Label, validateQualifiedName } from '@typernetes/machinery';
import type { ServicePort, ServiceSpec } from '../generated/types';
import { checkPort, checkPortOrName, checkRequired, checkRequiredOneOf, checkRequiredWith, checkWith, type Errors } from './checks';
import { protocols } from './container';

/** The kubelet's own port: a Service that gave it to the world would open the node. */
const kubeletPort = 10_250;

function checkServicePort(out: Errors, field: string, { port, names, isNameRequired }: { port: ServicePort; names: Set<string>; isNameRequired: boolean }): void {
  if (isNameRequired && !port.name) checkRequired(out, `${field}.name`, port.name);
  else if (port.name) {
    checkWith(out, `${field}.name`, port.name, validateDns1123Label);
    if (names.has(port.name)) out.push(fieldError.duplicate(`${field}.name`, port.name));
    names.add(port.name);
  }
  checkPort(out, `${field}.port`, port.port ?? 0);
  checkRequiredOneOf(out, `${field}.protocol`, port.protocol, protocols);
  checkPortOrName(out, `${field}.targetPort`, port.targetPort);
  if (port.appProtocol !== undefined) checkRequiredWith(out, `${field}.appProtocol`, port.appProtocol, validateQualifiedName);
}

export const isHeadless = ({ clusterIP, clusterIPs }: ServiceSpec): boolean => clusterIP === 'None' || clusterIPs?.[0] === 'None';

export function checkServicePorts(out: Errors, spec: ServiceSpec): void {
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') out.push(fieldError.required('spec.ports'));
  const names = new Set<string>();
  const pairs = new Set<string>();
  const nodePorts = new Set<string>();
  ports.forEach((port, i) => {
    const field = `spec.ports[${i}]`;
    checkServicePort(out, field, { port, names, isNameRequired: ports.length > 1 });
    if (spec.type === 'LoadBalancer' && port.port === kubeletPort) {
      out.push(fieldError.invalid(`${field}.port`, port.port, `may not expose port ${kubeletPort} externally since it is used by kubelet`));
    }
    const pair = `${port.protocol} ${port.port}`;
    if (pairs.has(pair)) out.push(fieldError.duplicate(field, { protocol: port.protocol, port: port.port }));
    pairs.add(pair);
    checkNodePort(out, `${field}.nodePort`, { port, type: spec.type, taken: nodePorts });
  });
}

function checkNodePort(out: Errors, field: string, { port, type, taken }: { port: ServicePort; type: string | undefined; taken: Set<string> }): void {
  if (!port.nodePort) return;
  if (type === 'ClusterIP') out.push(fieldError.forbidden(field, "may not be used when `type` is 'ClusterIP'"));
  const key = `${port.protocol} ${port.nodePort}`;
  if (taken.has(key)) out.push(fieldError.duplicate(field, port.nodePort));
  taken.add(key);
}
