import { Client, Metadata, credentials } from '@grpc/grpc-js';
import type { Clock } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import { criTimeoutMs } from '../limits';

/** The part of a generated method definition that a call needs. */
export interface CriMethod<Request, Response> {
  path: string;
  requestSerialize(value: Request): Buffer;
  responseDeserialize(bytes: Buffer): Response;
}

export interface CriCallOptions {
  timeoutMs?: number;
  /** Cancels the call. */
  signal?: AbortSignal;
}

export const runtimeMethods = cri.RuntimeServiceService;
export const imageMethods = cri.ImageServiceService;

/** The runtime's events; a stream of grpc-js is one. `metadata` comes when the runtime has taken the call. */
export interface CriEvents extends AsyncIterable<cri.ContainerEventResponse> {
  on(event: 'metadata', listener: () => void): unknown;
  cancel(): void;
}

/** The container runtime. Nothing else of the kubelet knows how it is reached. */
export interface CriClient {
  /** One unary call. @throws Error with a gRPC `code` */
  call<Request, Response>(method: CriMethod<Request, Response>, request: Request, options?: CriCallOptions): Promise<Response>;
  events(): CriEvents;
  close(): void;
}

/** The runtime behind its socket, by gRPC. */
export class GrpcCriClient implements CriClient {
  private readonly client: Client;

  constructor(
    endpoint: string,
    private readonly clock: Clock,
  ) {
    this.client = new Client(endpoint.replace(/^unix:\/\//, 'unix:'), credentials.createInsecure(), {
      'grpc.max_receive_message_length': 16 << 20,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
    });
  }

  call<Request, Response>(method: CriMethod<Request, Response>, request: Request, options: CriCallOptions = {}): Promise<Response> {
    return new Promise((resolve, reject) => {
      const deadline = this.clock.now() + (options.timeoutMs ?? criTimeoutMs);
      const { path, requestSerialize, responseDeserialize } = method;
      const call = this.client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, new Metadata(), { deadline }, (error, response) => {
        options.signal?.removeEventListener('abort', abort);
        if (error) reject(error);
        else if (response === undefined) reject(new Error(`${path}: no answer`));
        else resolve(response);
      });
      const abort = (): void => call.cancel();
      options.signal?.addEventListener('abort', abort, { once: true });
    });
  }

  events(): CriEvents {
    const { path, requestSerialize, responseDeserialize } = runtimeMethods.getContainerEvents;
    return this.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
  }

  close(): void {
    this.client.close();
  }
}
