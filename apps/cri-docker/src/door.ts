import type { handleServerStreamingCall, handleUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import { CriError, toServiceError, unimplemented } from './errors';
import type { Runtime } from './runtime';

/** The one place where RPCs are logged and errors become gRPC's. */
export class Door {
  constructor(private readonly runtime: Runtime) {}

  unary<Request, Response>(
    name: string,
    handle: (runtime: Runtime, request: Request) => Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return (call, callback) => {
      const startedAt = this.runtime.clock.monotonic();
      handle(this.runtime, call.request).then(
        (response) => {
          this.runtime.logger.debug({ rpc: name, durationMs: this.runtime.clock.monotonic() - startedAt }, 'handled');
          callback(null, response);
        },
        (error: unknown) => callback(this.failed(name, error)),
      );
    };
  }

  /** For lists without a limit of size: one message per item. */
  stream<Request, Response>(
    name: string,
    handle: (runtime: Runtime, request: Request) => Promise<Response[]>,
  ): handleServerStreamingCall<Request, Response> {
    return this.streaming(name, async (runtime, call) => {
      for (const response of await handle(runtime, call.request)) call.write(response);
    });
  }

  streaming<Request, Response>(
    name: string,
    handle: (runtime: Runtime, call: ServerWritableStream<Request, Response>) => Promise<void>,
  ): handleServerStreamingCall<Request, Response> {
    return (call) => {
      handle(this.runtime, call).then(
        () => call.end(),
        (error: unknown) => call.emit('error', this.failed(name, error)),
      );
    };
  }

  /** A method that Docker has nothing for. */
  missing<Request, Response>(name: string): handleUnaryCall<Request, Response> {
    return (_call, callback) => callback(toServiceError(unimplemented(name)));
  }

  private failed(name: string, error: unknown): { code: status; details: string } {
    const known = error instanceof CriError && error.code === status.NOT_FOUND;
    this.runtime.logger[known ? 'debug' : 'warn']({ rpc: name, err: error }, 'failed');
    return toServiceError(error);
  }
}
