import type { PeerCertificate } from 'node:tls';
import { Metadata } from '@grpc/grpc-js';
import type { handleServerStreamingCall, handleUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { startGrpcServer as startServer, toGrpcStatus, type TlsMaterial } from '@typernetes/component';
import { apiErrors } from '@typernetes/machinery';
import { api } from '@typernetes/proto';
import type { ApiserverConfig } from '../config';
import type { Environment } from '../environment';
import type { Credentials } from '../pipeline/authenticator';
import { watchFlushPeriodMs } from '../limits';
import { pacedFlush } from '../paced-flush';
import { handle } from '../pipeline/handle';
import type { ApiRequest, ApiResult } from '../pipeline/request';
import { viewDelivery } from '../store/views';
import { listBatches, watchBatches } from './batches';
import { bearerTokenOf, json, listOptionsOf, requestOf, watchOptionsOf, writeOptionsOf } from './requests';

type ListStream = ServerWritableStream<api.ListRequest, api.ListBatch>;
type WatchStream = ServerWritableStream<api.WatchRequest, api.WatchBatch>;

interface AuthCall {
  readonly metadata: Parameters<typeof bearerTokenOf>[0];
  getAuthContext(): { sslPeerCertificate?: PeerCertificate };
}

function credentialsOf(call: AuthCall): Credentials {
  const bearerToken = bearerTokenOf(call.metadata);
  if (bearerToken) return { bearerToken };
  const peerCertificate = call.getAuthContext().sslPeerCertificate;
  return peerCertificate ? { peerCertificate } : {};
}

/** The gRPC door: converts messages, calls the pipeline, converts back. */
export async function startGrpcServer(environment: Environment, config: ApiserverConfig): Promise<{ port: number; renewTls(material: TlsMaterial): void; close(): Promise<void> }> {
  const { tls, clientCa, bindAddress, grpcPort } = config;
  const server = await startServer({
    host: bindAddress,
    port: grpcPort,
    tls: { cert: tls.cert, key: tls.key, ...(clientCa ? { ca: clientCa } : {}), requireClientCert: false, acceptClientCert: clientCa !== undefined },
    services: [{ definition: api.ApiService, implementation: implementation(environment) }],
  });
  return { port: server.port, renewTls: (material) => server.renewTls(material), close: () => server.stop() };
}

type Converted = Omit<ApiRequest, 'credentials' | 'query' | 'target'> & { target: api.Target | undefined };

function implementation(environment: Environment): api.ApiServer {
  const run = async (call: AuthCall, request: Converted): Promise<ApiResult> => (await handle(environment, requestOf({ ...request, credentials: credentialsOf(call) }))).result;
  const unary =
    <R>(convert: (request: R) => Converted): handleUnaryCall<R, api.ObjectReply> =>
    (call, callback) => {
      new Promise<ApiResult>((resolve) => resolve(run(call, convert(call.request)))).then(
        (result) => callback(null, { object: bytesOf(result) }),
        (error: unknown) => callback(toGrpcStatus(error)),
      );
    };
  const streaming =
    <R, B>(convert: (request: R) => Converted, send: (call: ServerWritableStream<R, B>, result: ApiResult) => Promise<void>): handleServerStreamingCall<R, B> =>
    (call) => {
      // A client that goes away ends its stream; that is no error of ours.
      call.on('error', () => call.end());
      new Promise<ApiResult>((resolve) => resolve(run(call, convert(call.request))))
        .then((result) => send(call, result))
        .catch((error: unknown) => call.emit('error', toGrpcStatus(error)));
    };
  return {
    get: unary((it) => ({ verb: 'get', target: it.target, options: it.resourceVersion ? { resourceVersion: it.resourceVersion } : {} })),
    list: streaming((it) => ({ verb: 'list', target: it.target, options: listOptionsOf(it) }), sendList),
    watch: streaming((it) => ({ verb: 'watch', target: it.target, options: watchOptionsOf(it) }), (call, result) => sendWatch(environment, call, result)),
    create: unary((it) => ({ verb: 'create', target: it.target, options: writeOptionsOf(it), body: json(it.object) })),
    update: unary((it) => ({ verb: 'update', target: it.target, options: writeOptionsOf(it), body: json(it.object) })),
    patch: unary((it) => ({ verb: 'patch', target: it.target, options: { ...writeOptionsOf(it), ...(it.force ? { force: true } : {}) }, body: json(it.patch, it.patchType) })),
    delete: unary((it) => ({ verb: 'delete', target: it.target, options: {}, body: json(it.options) })),
    deleteCollection: unary((it) => ({
      verb: 'deletecollection',
      target: it.target,
      options: { ...(it.labelSelector ? { labelSelector: it.labelSelector } : {}), ...(it.fieldSelector ? { fieldSelector: it.fieldSelector } : {}) },
      body: json(it.options),
    })),
  };
}

function bytesOf(result: ApiResult): Buffer {
  if (result.type === 'object') return result.value;
  if (result.type === 'list') return Buffer.from('{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}');
  throw apiErrors.internal(new Error(`a ${result.type} is no object`));
}

async function sendList(call: ListStream, result: ApiResult): Promise<void> {
  if (result.type !== 'list') throw apiErrors.internal(new Error(`list gave ${result.type}`));
  for (const batch of listBatches(result)) {
    if (call.cancelled) return;
    if (!call.write(batch)) await drained(call);
  }
  call.end();
}

function drained(call: { once(event: 'close' | 'drain', listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    call.once('drain', resolve);
    call.once('close', resolve);
  });
}

/** Deliveries wait in the watcher's queue while the client is slow; that queue has its limit. */
function sendWatch({ clock }: Environment, call: WatchStream, result: ApiResult): Promise<void> {
  if (result.type !== 'watch') throw apiErrors.internal(new Error(`watch gave ${result.type}`));
  const { watcher, kind } = result;
  return new Promise((resolve, reject) => {
    let isFull = false;
    const end = (): void => {
      cancelTimeout();
      watcher.stop();
      if (!call.writableEnded) call.end();
      resolve();
    };
    const flush = (): void => {
      if (call.cancelled || call.destroyed) return end();
      if (watcher.isOverflown) {
        cancelTimeout();
        return reject(apiErrors.expired('too old resource version: the watch was too slow'));
      }
      if (isFull) return;
      const taken = watcher.take();
      const deliveries = kind.storedAs ? taken.map((delivery) => viewDelivery(kind, delivery)) : taken;
      for (const batch of watchBatches(deliveries)) isFull = !call.write(batch) || isFull;
      if (watcher.isEnded) end();
    };
    const schedule = pacedFlush(clock, watchFlushPeriodMs, flush);
    const cancelTimeout = clock.after(result.timeoutMs, end);
    watcher.onReady = schedule;
    call.on('drain', () => {
      isFull = false;
      flush();
    });
    call.on('cancelled', end);
    call.on('close', end);
    // Headers tell the client that the watch stands, also when there is nothing to report.
    call.sendMetadata(new Metadata());
    schedule();
  });
}
