import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { KindDefinition } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import type { RequestVerb, Target, UserInfo } from './types';

/** A call of a subresource with code of its own, already authenticated, authorised and (for bodies) decoded. */
export interface SubresourceContext {
  readonly target: Target;
  readonly verb: RequestVerb;
  readonly kind: KindDefinition;
  readonly user: UserInfo;
  readonly query: URLSearchParams;
  /** The decoded body of POST, PUT and PATCH. */
  readonly body?: KubernetesObject;
  readonly dryRun: boolean;
  warn(text: string): void;
}

/** What a handler gives back when it is not simply 200 (201 for create) and an object. */
export interface SubresourceResult {
  readonly code: number;
  readonly object: KubernetesObject;
}

/**
 * Code behind one subresource (`pods/exec`, `serviceaccounts/token`) or behind a kind that is never stored
 * (`tokenreviews.authentication.k8s.io`). At least one method is there. Thrown ApiErrors become Status answers, also
 * before an upgrade has been answered.
 */
export interface SubresourceHandler {
  /** JSON in, object out; both doors. */
  call?(context: SubresourceContext): Promise<KubernetesObject | SubresourceResult>;
  /** Owns the whole HTTP answer (log: text, perhaps streaming). REST door only. */
  respond?(
    context: SubresourceContext,
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<void>;
  /** `respond` reads the request's body itself, as it comes. */
  readonly streamsBody?: boolean;
  /** Takes over the connection (exec, attach, port-forward): answers the upgrade itself. REST door, HTTP/1.1 only. */
  upgrade?(context: SubresourceContext, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** What upgrades by GET (WebSocket) must be allowed beside `get`: to run a command is no reading. */
  readonly upgradeVerb?: RequestVerb;
}

/**
 * Handlers by `resource/subresource` for the core group, `resource.group/subresource` for others, without
 * `/subresource` for kinds that are never stored.
 */
export type SubresourceHandlers = Readonly<Record<string, SubresourceHandler>>;
