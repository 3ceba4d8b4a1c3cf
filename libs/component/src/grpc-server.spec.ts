import type { handleUnaryCall } from '@grpc/grpc-js';
import { Client, credentials, status } from '@grpc/grpc-js';
import { apiErrors, hasReason, systemClock } from '@typernetes/machinery';
import { api } from '@typernetes/proto';
import { fromGrpcError, toGrpcStatus } from './grpc-errors';
import { startGrpcServer } from './grpc-server';
import { Registry } from './metrics';

function unary(port: number, path: string, request: Buffer): Promise<Buffer> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const same = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, same, same, request, (error, reply) => {
      client.close();
      if (error || !reply) reject(error);
      else resolve(reply);
    });
  });
}

function reflect(port: number, request: Buffer): Promise<Buffer> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const same = (bytes: Buffer): Buffer => bytes;
  const call = client.makeBidiStreamRequest('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', same, same);
  return new Promise((resolve, reject) => {
    call.once('data', (reply: Buffer) => {
      call.end();
      client.close();
      resolve(reply);
    });
    call.once('error', reject);
    call.write(request);
  });
}

describe('startGrpcServer', () => {
  test('answers health checks and lists its services', async () => {
    const server = await startGrpcServer({ host: '127.0.0.1', port: 0, services: [] });
    // HealthCheckResponse { status: SERVING }
    expect(await unary(server.port, '/grpc.health.v1.Health/Check', Buffer.alloc(0))).toEqual(Buffer.from([8, 1]));
    // ServerReflectionRequest { list_services: "" }
    const services = await reflect(server.port, Buffer.from([0x3a, 0]));
    expect(services.toString('latin1')).toContain('t8s.api.v1.Api');
    await server.stop();
  });

  test('an ApiError travels whole', async () => {
    const notFound = apiErrors.notFound({ group: '', resource: 'pods', name: 'a' });
    const get: handleUnaryCall<api.GetRequest, api.ObjectReply> = (_call, callback) => callback(toGrpcStatus(notFound));
    const server = await startGrpcServer({
      host: '127.0.0.1',
      port: 0,
      services: [{ definition: { get: api.ApiService.get }, implementation: { get } }],
    });
    const failure = await unary(server.port, '/t8s.api.v1.Api/Get', Buffer.alloc(0)).catch(fromGrpcError);
    expect(hasReason(failure, 'NotFound')).toBe(true);
    expect(failure).toMatchObject({ status: notFound.status });
    await server.stop();
  });

  test('counts and times calls by their status', async () => {
    const registry = new Registry();
    const get: handleUnaryCall<api.GetRequest, api.ObjectReply> = (_call, callback) => callback(toGrpcStatus(apiErrors.unauthorized()));
    const server = await startGrpcServer({
      host: '127.0.0.1',
      port: 0,
      services: [{ definition: { get: api.ApiService.get }, implementation: { get } }],
      observation: { registry, clock: systemClock },
    });
    await unary(server.port, '/t8s.api.v1.Api/Get', Buffer.alloc(0)).catch(() => undefined);
    const metrics = await registry.metrics();
    expect(metrics).toContain('grpc_server_started_total{grpc_service="t8s.api.v1.Api",grpc_method="Get"} 1');
    expect(metrics).toContain('grpc_server_handled_total{grpc_service="t8s.api.v1.Api",grpc_method="Get",grpc_code="UNAUTHENTICATED"} 1');
    expect(metrics).toContain('grpc_server_handling_seconds_count{grpc_service="t8s.api.v1.Api",grpc_method="Get"} 1');
    await server.stop();
  });

  test('a server that is not there says nothing about the object', async () => {
    const server = await startGrpcServer({ host: '127.0.0.1', port: 0, services: [] });
    await server.stop();
    const failure = await unary(server.port, '/t8s.api.v1.Api/Get', Buffer.alloc(0)).catch(fromGrpcError);
    expect(hasReason(failure, 'ServiceUnavailable')).toBe(true);
  });

  test('what is no ApiError is our own mistake', () => {
    expect(toGrpcStatus(new Error('oops'))).toMatchObject({ code: status.INTERNAL, details: 'Internal error occurred: oops' });
  });
});
