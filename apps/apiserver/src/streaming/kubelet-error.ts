import { status as grpcStatus } from '@grpc/grpc-js';
import { fromGrpcError, statusTrailer } from '@typernetes/component';
import { ApiError, isApiError } from '@typernetes/machinery';

interface CallError {
  code?: unknown;
  details?: unknown;
  metadata?: { get(name: string): readonly unknown[] };
}

/**
 * A failed call of a kubelet as clients see it. What the kubelet said itself is passed on; that it cannot be reached is
 * `error dialing backend`, an error without a reason, as upstream's.
 */
export function fromKubeletError(error: unknown): ApiError {
  if (isApiError(error)) return error;
  const { code, details, metadata } = (error ?? {}) as CallError;
  const isSaid = (metadata?.get(statusTrailer).length ?? 0) > 0;
  if (isSaid || code !== grpcStatus.UNAVAILABLE) return fromGrpcError(error);
  return new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `error dialing backend: ${String(details)}`, code: 500 }, { cause: error });
}
