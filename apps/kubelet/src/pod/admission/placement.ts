import type { Node, Pod } from '@typernetes/api';
import { firstUntoleratedTaint, matchesPodNodeSelection } from '@typernetes/machinery';
import { containersOf, initContainersOf, isSidecar } from '../pod-kind';
import type { Refusal } from './refusal';

/** A rule of the scheduler that the node applies too: whoever bound the pod may have passed it over. */
const failed = (predicate: string, why: string): Refusal => ({ reason: predicate, message: `Predicate ${predicate} failed: ${why}` });

export function affinityRefusal({ spec }: Pod, node: Node): Refusal | undefined {
  const { name = '', labels = {} } = node.metadata ?? {};
  return matchesPodNodeSelection(spec, { name, labels }) ? undefined : failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
}

/** Only NoExecute: the other effects are the scheduler's business. */
export function taintRefusal({ spec }: Pod, node: Node): Refusal | undefined {
  const taint = firstUntoleratedTaint(node.spec?.taints ?? [], spec?.tolerations ?? [], ['NoExecute']);
  return taint && failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
}

interface HostPort {
  protocol: string;
  ip: string;
  port: number;
}

function hostPortsOf(pod: Pod): HostPort[] {
  const running = [...containersOf(pod), ...initContainersOf(pod).filter(isSidecar)];
  return running.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP, protocol = 'TCP' }) => (hostPort ? [{ protocol, ip: hostIP || '0.0.0.0', port: hostPort }] : [])));
}

const clash = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0');

export function portRefusal(pod: Pod, others: readonly Pod[]): Refusal | undefined {
  const wanted = hostPortsOf(pod);
  if (wanted.length === 0) return undefined;
  const taken = others.flatMap(hostPortsOf);
  return wanted.some((port) => taken.some((other) => clash(port, other))) ? failed('NodePorts', "node(s) didn't have free ports for the requested pod ports") : undefined;
}
