import { resources, type MutatingAdmissionPolicyBindingSpec, type MutatingAdmissionPolicySpec, type Namespace } from '@typernetes/api';
import { CelError, convertDynamic, type Program } from '@typernetes/cel';
import type { ApiClient } from '@typernetes/client';
import type { KubernetesObject } from '@typernetes/machinery';
import type { AdmissionContext } from '../../pipeline/admission';
import type { ObjectReader } from '../../pipeline/object-reader';
import { reviewRequest } from '../webhooks/review';
import { findParams } from './params';

export interface PolicyParts {
  readonly objects: ObjectReader;
  readonly client: ApiClient;
}

export const dynamic = (value: unknown): unknown => convertDynamic(value ?? null);

export const namespaceReader =
  (objects: ObjectReader) =>
  (name: string): Namespace | undefined =>
    objects.get(resources.namespaces, name);

/** What expressions of a policy may speak of, but for parameters and variables. */
export function bindingsOf(context: AdmissionContext, namespaceOf: (name: string) => Namespace | undefined): Record<string, unknown> {
  const { object, previous, namespace } = context;
  const { object: _object, oldObject: _old, ...request } = reviewRequest(context, '');
  return { object: dynamic(object), oldObject: dynamic(previous), request: dynamic(request), namespaceObject: dynamic(namespace ? namespaceOf(namespace) : undefined) };
}

/** The parameters of a binding, one for each time that the policy is asked. @throws Error that says what is wrong with the binding */
export async function paramsOf({ objects, client }: PolicyParts, { paramKind }: Pick<MutatingAdmissionPolicySpec, 'paramKind'>, { paramRef }: Pick<MutatingAdmissionPolicyBindingSpec, 'paramRef'>, { namespace }: AdmissionContext): Promise<readonly (KubernetesObject | undefined)[]> {
  if (!paramKind || !paramRef) return [undefined];
  const found = await findParams(paramKind, paramRef, { objects, client, namespace });
  if (found.length > 0) return found;
  if (paramRef.parameterNotFoundAction === 'Allow') return [];
  throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
}

/** An expression that failed, as clients hear of it. */
export const failureText = (source: string, { message }: CelError): string => `expression '${source.trim()}' resulted in error: ${message}`;

/** Evaluates; an error says which expression it was. @throws CelError */
export function evaluate({ source, evaluate: run }: Program, bindings: Record<string, unknown>): unknown {
  try {
    return run(bindings);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new CelError(failureText(source, error), { cause: error });
  }
}

/** Whether all conditions of a policy hold: one that is false decides, whatever others could not say. @throws CelError */
export function meetsAll(conditions: readonly Program[], bindings: Record<string, unknown>): boolean {
  let failure: unknown;
  for (const condition of conditions) {
    try {
      if (evaluate(condition, bindings) !== true) return false;
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return true;
}
