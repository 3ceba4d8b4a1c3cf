import type { node } from '@typernetes/proto';
import type { Machine } from './node/machine';
import type { Pressure } from './node/pressure';
import type { NetworkProbe } from './probes/network-probe';
import type { CriClient } from './runtime/cri-client';

/** All that a kubelet takes from the machine that it runs on. */
export interface Host {
  readonly cri: CriClient;
  readonly machine: Machine;
  readPressure(): Promise<Pressure>;
  readonly probeNetwork: NetworkProbe;
  /** Takes the kubelet's service, which is otherwise at port 10250. */
  serve(service: node.NodeServer): void;
}
