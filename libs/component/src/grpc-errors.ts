import type { ServiceError, StatusObject } from '@grpc/grpc-js';
import { Metadata, status as grpcStatus } from '@grpc/grpc-js';
import type { Status } from '@typernetes/machinery';
import { ApiError, apiErrors, isApiError } from '@typernetes/machinery';

/** The trailer that carries the JSON of a meta/v1 Status. */
export const statusTrailer = 't8s-status-bin';

const codeOfReason: Readonly<Record<string, grpcStatus>> = {
  BadRequest: grpcStatus.INVALID_ARGUMENT,
  Unauthorized: grpcStatus.UNAUTHENTICATED,
  Forbidden: grpcStatus.PERMISSION_DENIED,
  NotFound: grpcStatus.NOT_FOUND,
  AlreadyExists: grpcStatus.ALREADY_EXISTS,
  Conflict: grpcStatus.ABORTED,
  Gone: grpcStatus.OUT_OF_RANGE,
  Expired: grpcStatus.OUT_OF_RANGE,
  Invalid: grpcStatus.INVALID_ARGUMENT,
  TooManyRequests: grpcStatus.RESOURCE_EXHAUSTED,
  ServiceUnavailable: grpcStatus.UNAVAILABLE,
  Timeout: grpcStatus.DEADLINE_EXCEEDED,
};

/** Whatever was thrown, as the status of a gRPC call. What is no ApiError is our own mistake: InternalError. */
export function toGrpcStatus(error: unknown): StatusObject {
  const { status } = isApiError(error) ? error : apiErrors.internal(error);
  const metadata = new Metadata();
  metadata.set(statusTrailer, Buffer.from(JSON.stringify(status)));
  return { code: codeOfReason[status.reason ?? ''] ?? grpcStatus.INTERNAL, details: status.message ?? '', metadata };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'metadata' in error;
}

/**
 * A failed call as an ApiError. Only a status that the server itself sent says something about the object; trouble of
 * the connection becomes ServiceUnavailable or Timeout.
 */
export function fromGrpcError(error: unknown): ApiError {
  if (isApiError(error)) return error;
  if (!isServiceError(error)) return apiErrors.internal(error);
  const [sent] = error.metadata.get(statusTrailer);
  if (sent !== undefined) return new ApiError(JSON.parse(sent.toString()) as Status, { cause: error });
  switch (error.code) {
    case grpcStatus.UNAUTHENTICATED:
      return apiErrors.unauthorized();
    case grpcStatus.DEADLINE_EXCEEDED:
      return apiErrors.timeout(error.details);
    default:
      return apiErrors.serviceUnavailable(error.details || error.message);
  }
}
