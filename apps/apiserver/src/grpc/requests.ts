import type { Metadata } from '@grpc/grpc-js';
import type { api } from '@typernetes/proto';
import { apiErrors } from '@typernetes/machinery';
import type { Credentials } from '../pipeline/authenticator';
import type { ApiRequest, RequestBody, RequestOptions } from '../pipeline/request';
import type { Target } from '../pipeline/types';

/** Conversions from the gRPC door's messages. Pure. */

export function targetOf(target: api.Target | undefined): Target {
  if (!target || target.resource === '' || target.version === '') throw apiErrors.badRequest('target: version and resource are required');
  return target;
}

const noQuery = new URLSearchParams();

const text = <K extends string>(key: K, value: string): { [P in K]?: string } => (value === '' ? {} : ({ [key]: value } as { [P in K]: string }));
const count = <K extends string>(key: K, value: bigint): { [P in K]?: number } => (value === 0n ? {} : ({ [key]: Number(value) } as { [P in K]: number }));

type Parts = Pick<ApiRequest, 'verb' | 'options'> & { target: api.Target | undefined; body?: RequestBody; credentials: Credentials };

export function requestOf({ target, ...rest }: Parts): ApiRequest {
  return { ...rest, target: targetOf(target), query: noQuery };
}

export function listOptionsOf(request: api.ListRequest): RequestOptions {
  return {
    ...text('labelSelector', request.labelSelector),
    ...text('fieldSelector', request.fieldSelector),
    ...text('resourceVersion', request.resourceVersion),
    ...text('resourceVersionMatch', request.resourceVersionMatch),
    ...text('continue', request.continue),
    ...count('limit', request.limit),
  };
}

export function watchOptionsOf(request: api.WatchRequest): RequestOptions {
  return {
    ...text('labelSelector', request.labelSelector),
    ...text('fieldSelector', request.fieldSelector),
    ...text('resourceVersion', request.resourceVersion),
    ...count('timeoutSeconds', request.timeoutSeconds),
    allowWatchBookmarks: request.allowWatchBookmarks,
    ...(request.sendInitialEvents ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } : {}),
  };
}

export function writeOptionsOf({ fieldManager, dryRun }: { fieldManager: string; dryRun: string[] }): RequestOptions {
  return { ...text('fieldManager', fieldManager), ...(dryRun.length > 0 ? { dryRun } : {}), fieldValidation: 'Ignore' };
}

export const json = (bytes: Buffer, mediaType = 'application/json'): RequestBody => ({ bytes, mediaType });

/** The token of the `authorization` metadata. */
export function bearerTokenOf(metadata: Metadata): string | undefined {
  const [value] = metadata.get('authorization');
  return /^bearer\s+(\S+)\s*$/i.exec(String(value ?? ''))?.[1];
}
