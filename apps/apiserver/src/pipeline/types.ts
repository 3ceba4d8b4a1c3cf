/** Who asks. Authenticators make it; authorisers and admission read it. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Names that the API gives a meaning of their own (kube-apiserver's `user` package). */
export const users = {
  anonymous: 'system:anonymous',
  apiserver: 'system:apiserver',
} as const;

export const groups = {
  masters: 'system:masters',
  nodes: 'system:nodes',
  authenticated: 'system:authenticated',
  unauthenticated: 'system:unauthenticated',
  serviceAccounts: 'system:serviceaccounts',
} as const;

/** What a request does to a resource: the API's verbs (`connect` is authorised by its method, see request-info; `options`, of proxies alone, has no verb). */
export type RequestVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'options';

/** Which resource, and with `name` which object of it, a request is about. */
export interface Target {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Empty for cluster-scoped resources and for all namespaces. */
  readonly namespace: string;
  readonly name: string;
  /** `status`, `scale`, `exec`, ... or empty. */
  readonly subresource: string;
}
