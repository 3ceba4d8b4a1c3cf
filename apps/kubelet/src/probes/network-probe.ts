import type { Container, Probe } from '@typernetes/api';
import type { Clock } from '@typernetes/machinery';
import { grpcProbe } from './grpc-probe';
import type { ProbeResult } from './http-probe';
import { httpProbe, unknown } from './http-probe';
import { portOf } from './port';
import { tcpProbe } from './tcp-probe';

export interface ProbeTarget {
  container: Container;
  containerId: string;
  /** The pod's address. */
  ip: string;
  timeoutMs: number;
}

/** A probe over the pod's network: HTTP, TCP or gRPC. */
export type NetworkProbe = (probe: Probe, target: ProbeTarget, clock: Clock) => Promise<ProbeResult>;

/** Asks the pod itself. @throws Error when the probe names a port that the container has not */
export const probeNetwork: NetworkProbe = async ({ httpGet, tcpSocket, grpc }, { container, ip, timeoutMs }, clock) => {
  if (httpGet) return httpProbe({ action: httpGet, host: httpGet.host || ip, port: portOf(container, httpGet.port), timeoutMs });
  if (tcpSocket) return tcpProbe(tcpSocket.host || ip, portOf(container, tcpSocket.port), timeoutMs);
  if (grpc) return grpcProbe({ host: ip, port: grpc.port, service: grpc.service ?? '', timeoutMs }, clock);
  return unknown(`missing probe handler for ${container.name}`);
};
