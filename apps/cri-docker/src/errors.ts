import { status } from '@grpc/grpc-js';

/** An error with the gRPC code that the caller shall see. */
export class CriError extends Error {
  constructor(
    readonly code: status,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CriError';
  }
}

export const invalidArgument = (message: string): CriError => new CriError(status.INVALID_ARGUMENT, message);
export const notFound = (what: string, id: string): CriError =>
  new CriError(status.NOT_FOUND, `${what} with ID "${id}" not found`);
export const unimplemented = (what: string): CriError => new CriError(status.UNIMPLEMENTED, `${what} is not supported`);

/** dockerode's errors carry the HTTP code of the engine's answer; 0 when there was none. */
export function engineStatusCode(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 0;
  return typeof error.statusCode === 'number' ? error.statusCode : 0;
}

const codeOfHttp: Record<number, status> = {
  400: status.INVALID_ARGUMENT,
  404: status.NOT_FOUND,
  409: status.FAILED_PRECONDITION,
  501: status.UNIMPLEMENTED,
};

/** What goes over the wire. */
export function toServiceError(error: unknown): { code: status; details: string } {
  const details = error instanceof Error ? error.message : String(error);
  if (error instanceof CriError) return { code: error.code, details };
  return { code: codeOfHttp[engineStatusCode(error)] ?? status.UNKNOWN, details };
}

/** Runs `action`; an answer of the engine with one of these HTTP codes (404 gone, 304 nothing to do) is no error. */
export async function tolerate(codes: readonly number[], action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!codes.includes(engineStatusCode(error))) throw error;
  }
}
