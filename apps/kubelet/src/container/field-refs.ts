import type { Container, Pod, ResourceFieldSelector } from '@typernetes/api';
import { parseQuantity } from '@typernetes/machinery';
import { allContainersOf, nameOf, namespaceOf, uidOf } from '../pod/pod-kind';

/** What the pod's status does not say yet while its containers are made. */
export interface PodFacts {
  podIPs: readonly string[];
  nodeIPs: readonly string[];
  nodeName: string;
  /** Limits that a container without limits is told: the node's allocatable. */
  allocatable: Readonly<Record<string, string>>;
}

const mapText = (map: Record<string, string> | undefined): string =>
  Object.keys(map ?? {}).sort().map((key) => `${key}=${JSON.stringify(map?.[key] ?? '')}`).join('\n');

const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/** The value of a fieldRef. @throws Error for a path that the downward API does not offer */
export function fieldValue(pod: Pod, path: string, facts: PodFacts): string {
  const key = subscript.exec(path);
  if (key) return (key[1] === 'labels' ? pod.metadata?.labels : pod.metadata?.annotations)?.[key[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return nameOf(pod);
    case 'metadata.namespace':
      return namespaceOf(pod);
    case 'metadata.uid':
      return uidOf(pod);
    case 'metadata.labels':
      return mapText(pod.metadata?.labels);
    case 'metadata.annotations':
      return mapText(pod.metadata?.annotations);
    case 'spec.nodeName':
      return pod.spec?.nodeName ?? facts.nodeName;
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? 'default';
    case 'status.hostIP':
      return facts.nodeIPs[0] ?? '';
    case 'status.hostIPs':
      return facts.nodeIPs.join(',');
    case 'status.podIP':
      return facts.podIPs[0] ?? '';
    case 'status.podIPs':
      return facts.podIPs.join(',');
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

/** Upstream rounds up. */
function divided(text: string, divisor: string | undefined): string {
  const unit = divisor && divisor !== '0' ? parseQuantity(divisor) : parseQuantity('1');
  const amount = parseQuantity(text);
  return ((amount.nanos + unit.nanos - 1n) / unit.nanos).toString();
}

/** The value of a resourceFieldRef. A limit that is not set is the node's. @throws Error for unknown containers and resources */
export function resourceValue(pod: Pod, selector: ResourceFieldSelector, own: Container | undefined, facts: PodFacts): string {
  const container = selector.containerName ? allContainersOf(pod).find(({ name }) => name === selector.containerName) : own;
  if (!container) throw new Error(`container ${selector.containerName ?? ''} not found`);
  const [kind, ...rest] = selector.resource.split('.');
  const name = rest.join('.');
  const { limits, requests } = container.resources ?? {};
  if (kind === 'limits') return divided(limits?.[name] ?? facts.allocatable[name] ?? '0', selector.divisor);
  if (kind === 'requests') return divided(requests?.[name] ?? limits?.[name] ?? '0', selector.divisor);
  throw new Error(`unsupported container resource : ${selector.resource}`);
}
