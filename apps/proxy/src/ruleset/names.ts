import { createHash } from 'node:crypto';
import type { Endpoint } from '../model/endpoints';
import type { ServicePort } from '../model/service-port';

/** nft's limit with room for a prefix. */
const nameLengthMax = 110;

type Kind = 'service' | 'local' | 'external' | 'firewall' | 'endpoint' | 'affinity';

/** The hash makes names unique when they are cut; the rest is for people. */
function named(kind: Kind, subject: string): string {
  const hash = createHash('sha256').update(subject).digest('hex').slice(0, 8).toUpperCase();
  return `${kind}-${hash}-${subject.slice(0, nameLengthMax)}`;
}

const subjectOf = (port: ServicePort): string =>
  `${port.namespace}/${port.service}/${port.protocol}/${port.portName}`;

export const chainName = (kind: 'service' | 'local' | 'external' | 'firewall', port: ServicePort): string =>
  named(kind, subjectOf(port));

export const endpointName = (kind: 'endpoint' | 'affinity', port: ServicePort, endpoint: Endpoint): string =>
  named(kind, `${subjectOf(port)}__${endpoint.ip}/${endpoint.port}`);
