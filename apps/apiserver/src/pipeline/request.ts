import type { KindDefinition } from '@typernetes/api';
import type { CacheEntry } from '@typernetes/storage';
import type { WatchSource } from '../store/prepared-watch';
import type { Credentials } from './authenticator';
import type { RequestVerb, Target, UserInfo } from './types';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** Options of all verbs in one: meta/v1 ListOptions, CreateOptions, UpdateOptions, PatchOptions. */
export interface RequestOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  readonly dryRun?: readonly string[];
  readonly fieldManager?: string;
  readonly fieldValidation?: FieldValidation;
  readonly force?: boolean;
  /** Query parameters of DELETE; the body has precedence. */
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
}

export interface RequestBody {
  readonly bytes: Buffer;
  /** Without parameters: `application/json`. */
  readonly mediaType: string;
}

/** What either door hands to the pipeline. */
export interface ApiRequest {
  readonly verb: RequestVerb;
  readonly target: Target;
  readonly options: RequestOptions;
  readonly query: URLSearchParams;
  readonly credentials: Credentials;
  /** Names the client; whoever writes without a fieldManager is known by its first word. */
  readonly userAgent?: string;
  /** Set by callers inside the process, who need no authentication; they are authorised like anybody. */
  readonly user?: UserInfo;
  readonly body?: RequestBody;
}

/** What comes out; doors encode it. Values are JSON bytes, shared with the cache: never change them. */
export type ApiResult =
  | { readonly type: 'object'; readonly code: number; readonly kind?: KindDefinition; readonly value: Buffer }
  | {
      readonly type: 'list';
      readonly kind: KindDefinition;
      readonly entries: readonly CacheEntry[];
      readonly revision: number;
      readonly continue?: string;
      readonly remaining?: number;
    }
  | { readonly type: 'watch'; readonly kind: KindDefinition; readonly watcher: WatchSource; readonly timeoutMs: number };

export interface ApiAnswer {
  readonly result: ApiResult;
  readonly warnings: readonly string[];
}
