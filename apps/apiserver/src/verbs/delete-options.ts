import { decodeFields, decodingFailureMessage } from '@typernetes/api';
import { apiErrors, fieldError, isApiError, isJsonObject, type FieldError, type KubernetesObject } from '@typernetes/machinery';
import { parse as parseYaml } from 'yaml';
import type { Call } from '../pipeline/call';
import { checkWriteOptions } from '../pipeline/write-options';
import type { ApiRequest } from '../pipeline/request';
import { decodeProtobuf, openEnvelope } from '../protobuf/decode';

/** meta/v1 DeleteOptions. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: string[];
}

const definition = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

const policies: readonly string[] = ['Orphan', 'Background', 'Foreground'];

function fromBody({ body }: ApiRequest): (DeleteOptions & KubernetesObject) | undefined {
  if (!body || body.bytes.length === 0) return undefined;
  try {
    if (body.mediaType === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(definition, openEnvelope(body.bytes)) as DeleteOptions;
    const text = body.bytes.toString();
    const value: unknown = body.mediaType === 'application/yaml' ? parseYaml(text) : JSON.parse(text);
    if (isJsonObject(value)) return ofRightTypes(value);
  } catch (error) {
    if (isApiError(error)) throw error;
    throw apiErrors.badRequest(`couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw apiErrors.badRequest('the object provided is unrecognized (must be of type DeleteOptions)');
}

function ofRightTypes(value: Record<string, unknown>): DeleteOptions {
  const { error } = decodeFields(definition, value);
  if (error !== undefined) throw apiErrors.badRequest(decodingFailureMessage({ apiVersion: 'v1', kind: 'DeleteOptions' }, error));
  return value;
}

/** The request's options: from the body when there is one, else from the query. @throws ApiError BadRequest, Invalid */
export function deleteOptionsOf(request: ApiRequest): DeleteOptions {
  const body = fromBody(request);
  if (body?.kind && body.kind !== 'DeleteOptions') {
    throw apiErrors.badRequest(`${body.kind} in version ${JSON.stringify(body.apiVersion ?? '')} cannot be handled as a DeleteOptions`);
  }
  const { options: query } = request;
  const options: DeleteOptions = body ?? {
    ...(query.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: query.gracePeriodSeconds }),
    ...(query.propagationPolicy ? { propagationPolicy: query.propagationPolicy as NonNullable<DeleteOptions['propagationPolicy']> } : {}),
    ...(query.orphanDependents === undefined ? {} : { orphanDependents: query.orphanDependents }),
  };
  const { propagationPolicy: policy, orphanDependents } = options;
  const field = 'propagationPolicy';
  if (policy !== undefined && orphanDependents !== undefined) throw invalid(fieldError.invalid(field, policy, 'orphanDependents and deletionPropagation cannot be both set'));
  if (policy !== undefined && !policies.includes(policy)) {
    throw invalid({ type: 'NotSupported', field, value: policy, detail: 'supported values: "Foreground", "Background", "Orphan", "nil"' });
  }
  return options;
}

const invalid = (error: FieldError): Error => apiErrors.invalid({ group: 'meta.k8s.io', resource: 'DeleteOptions', name: '' }, [error]);

/** Dry run may be asked for in the query or in the body. @throws ApiError Invalid */
export function withDryRun(call: Call, { dryRun }: DeleteOptions): Call {
  if (!dryRun?.length) return call;
  checkWriteOptions({ verb: 'delete', options: { dryRun } });
  return { ...call, dryRun: true };
}
