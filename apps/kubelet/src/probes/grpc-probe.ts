import type { ServiceError } from '@grpc/grpc-js';
import { Client, Metadata, credentials, status as grpcStatus } from '@grpc/grpc-js';
import type { Clock } from '@typernetes/machinery';
import type { ProbeResult } from './http-probe';
import { failed } from './http-probe';

const path = '/grpc.health.v1.Health/Check';
const servingStates = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** HealthCheckRequest: field 1, the service. The two messages are too small for a .proto of their own. */
function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  return service ? Buffer.concat([Buffer.from([0x0a, name.length]), name]) : Buffer.alloc(0);
}

/** HealthCheckResponse: field 1, the state. */
const decodeResponse = (bytes: Buffer): number => (bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0);

function errorResult(error: ServiceError, address: string, timeoutMs: number): ProbeResult {
  switch (error.code) {
    case grpcStatus.UNIMPLEMENTED:
      return failed('this server does not implement the grpc health protocol (grpc.health.v1.Health): ' + error.details);
    case grpcStatus.DEADLINE_EXCEEDED:
      return failed(`timeout: health rpc did not complete within ${timeoutMs / 1_000}s`);
    case grpcStatus.UNAVAILABLE:
      return failed(`timeout: failed to connect service "${address}" within ${timeoutMs / 1_000}s: ${error.details}`);
    default:
      return failed(`error: health rpc probe failed: ${error.details}`);
  }
}

export interface GrpcTarget {
  host: string;
  port: number;
  service: string;
  timeoutMs: number;
}

/** Asks the server by the gRPC health protocol. */
export function grpcProbe({ host, port, service, timeoutMs }: GrpcTarget, clock: Clock): Promise<ProbeResult> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const client = new Client(address, credentials.createInsecure(), { 'grpc.primary_user_agent': 'kube-probe/1.36', 'grpc.enable_http_proxy': 0 });
  return new Promise((resolve) => {
    const deadline = clock.now() + timeoutMs;
    client.makeUnaryRequest(path, encodeRequest, decodeResponse, service, new Metadata(), { deadline }, (error, state = 0) => {
      client.close();
      if (error) resolve(errorResult(error, address, timeoutMs));
      else if (state === 1) resolve({ ok: true });
      else resolve(failed(`service unhealthy (responded with "${servingStates[state] ?? state}")`));
    });
  });
}
