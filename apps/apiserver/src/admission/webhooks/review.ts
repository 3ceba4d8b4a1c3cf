import { reviewVersion } from '@typernetes/api';
import { parseApiVersion, type KubernetesObject, type Status } from '@typernetes/machinery';
import type { AdmissionContext } from '../../pipeline/admission';

const apiVersion = `admission.k8s.io/${reviewVersion}`;
const kind = 'AdmissionReview';

/** admission/v1 AdmissionRequest, as webhooks and matchConditions see a write. */
export type ReviewRequest = Readonly<Record<string, unknown>> & { readonly uid: string };

const optionsKinds: Readonly<Record<string, string>> = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' };

/** The question about a write. */
export function reviewRequest(context: AdmissionContext, uid: string): ReviewRequest {
  const { kind: definition, object, previous, operation, subresource, namespace, name, user, dryRun } = context;
  const { group, version, resource } = definition;
  const shown = object?.apiVersion && object.kind ? { ...parseApiVersion(object.apiVersion), kind: object.kind } : { group, version, kind: definition.kind };
  const place = { group, version, resource };
  const optionsKind = optionsKinds[operation];
  return {
    uid,
    kind: shown,
    resource: place,
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: shown,
    requestResource: place,
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: { username: user.name, ...(user.uid ? { uid: user.uid } : {}), groups: user.groups, ...(user.extra ? { extra: user.extra } : {}) },
    object: object ?? null,
    oldObject: previous ?? null,
    dryRun,
    options: optionsKind ? { apiVersion: 'meta.k8s.io/v1', kind: optionsKind } : null,
  };
}

export const reviewOf = (request: ReviewRequest): object => ({ kind, apiVersion, request });

export interface ReviewResponse {
  readonly allowed: boolean;
  readonly status?: Partial<Status>;
  /** JSON patch (RFC 6902). */
  readonly patch?: unknown;
  readonly warnings: readonly string[];
}

/** As webhooks in any language write it: what is absent may be null. */
interface RawResponse {
  readonly uid?: string | null;
  readonly allowed?: boolean | null;
  readonly status?: Partial<Status> | null;
  readonly patch?: string | null;
  readonly patchType?: string | null;
  readonly warnings?: readonly string[] | null;
}

/** Reads a webhook's answer. @throws Error in words for the administrator when it is none to this question */
export function readReview(answer: unknown, { uid }: ReviewRequest): ReviewResponse {
  const review = (answer ?? {}) as KubernetesObject & { response?: RawResponse };
  if (review.kind !== kind || review.apiVersion !== apiVersion) throw new Error(`expected webhook response of ${apiVersion}, Kind=${kind}, got ${review.apiVersion ?? ''}, Kind=${review.kind ?? ''}`);
  const { response } = review;
  if (!response) throw new Error('webhook response was absent');
  if (response.uid !== uid) throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  const { status, patch, patchType } = response;
  if (patch && patchType !== 'JSONPatch') throw new Error(`webhook returned invalid response.patchType of ${JSON.stringify(patchType ?? '')}`);
  return {
    allowed: response.allowed ?? false,
    warnings: response.warnings ?? [],
    ...(status ? { status } : {}),
    ...(patch ? { patch: JSON.parse(Buffer.from(patch, 'base64').toString()) as unknown } : {}),
  };
}

const statusCodeMin = 400;

/** What the client hears that was refused. */
export function denial(webhook: string, { status = {} }: ReviewResponse): Status {
  const by = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const why = status.message || status.reason;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: why ? `${by}: ${why}` : `${by} without explanation`,
    ...(status.reason ? { reason: status.reason } : {}),
    ...(status.details ? { details: status.details } : {}),
    code: Math.max(status.code ?? 0, statusCodeMin),
  };
}
