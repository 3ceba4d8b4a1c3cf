import { parseTime } from '@typernetes/machinery';
import type { node } from '@typernetes/proto';

/** PodLogOptions in plain terms. */
export interface LogRequest {
  follow: boolean;
  timestamps: boolean;
  /** Lines before this are left out; milliseconds since the epoch. */
  sinceMs?: number;
  tailLines?: number;
  limitBytes?: number;
  stream?: 'stdout' | 'stderr';
}

export function logRequestOf(request: node.LogsRequest, nowMs: number): LogRequest {
  const sinceMs = request.sinceTime ? parseTime(request.sinceTime) : request.sinceSeconds === undefined ? undefined : nowMs - Number(request.sinceSeconds) * 1_000;
  return {
    follow: request.follow,
    timestamps: request.timestamps,
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(request.tailLines === undefined ? {} : { tailLines: Number(request.tailLines) }),
    ...(request.limitBytes === undefined ? {} : { limitBytes: Number(request.limitBytes) }),
    ...(request.stream === 'Stdout' ? { stream: 'stdout' as const } : request.stream === 'Stderr' ? { stream: 'stderr' as const } : {}),
  };
}
