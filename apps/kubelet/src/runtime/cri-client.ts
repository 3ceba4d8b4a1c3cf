import type { ClientReadableStream } from '@grpc/grpc-js';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import type { Clock } from '@typernetes/machinery';
import { cri } from '@typernetes/proto';
import { criTimeoutMs } from '../limits';

/** The part of a generated method definition that a call needs. */
interface Method<Request, Response> {
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

/** The container runtime behind its socket. Nothing else of the kubelet knows gRPC or Docker. */
export class CriClient {
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

  /** One unary call. @throws ServiceError of grpc-js */
  call<Request, Response>(method: Method<Request, Response>, request: Request, options: CriCallOptions = {}): Promise<Response> {
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

  events(): ClientReadableStream<cri.ContainerEventResponse> {
    const { path, requestSerialize, responseDeserialize } = runtimeMethods.getContainerEvents;
    return this.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
  }

  close(): void {
    this.client.close();
  }
}
