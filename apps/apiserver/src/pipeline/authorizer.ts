import type { UserInfo } from './types';

/** What is to be authorised (authorization.k8s.io SubjectAccessReview's two forms in one). */
export type AuthorizationAttributes =
  | {
      readonly type: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
      /** Of list, watch and deletecollection: the Node authoriser lets nodes list what is theirs (KEP-4601). */
      readonly fieldSelector?: string;
    }
  | { readonly type: 'path'; /** The HTTP method in lower case. */ readonly verb: string; readonly path: string };

/** `no-opinion` asks the next authoriser; when none has an opinion the request is refused. */
export type Decision =
  | { readonly type: 'allow'; readonly reason?: string }
  | { readonly type: 'deny'; readonly reason: string }
  | { readonly type: 'no-opinion'; readonly reason?: string };

/** One way to decide whether a user may do something. */
export interface Authorizer {
  readonly name: string;
  authorize(user: UserInfo, attributes: AuthorizationAttributes): Promise<Decision> | Decision;
}
