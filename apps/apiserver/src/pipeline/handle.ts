import { apiErrors, failure } from '@typernetes/machinery';
import type { Environment } from '../environment';
import { create } from '../verbs/create';
import { deleteObject } from '../verbs/delete';
import { deleteCollection } from '../verbs/delete-collection';
import { get } from '../verbs/get';
import { list } from '../verbs/list';
import { patch } from '../verbs/patch';
import { getScale, patchScale, updateScale } from '../verbs/scale';
import { update } from '../verbs/update';
import { checkFieldManager } from '../apply/field-manager';
import { watch } from '../verbs/watch';
import { authorize, resourceAttributes } from './authorize';
import type { Call } from './call';
import { identify } from './identify';
import { callSubresource } from './call-subresource';
import { readComputed } from './read-computed';
import type { ApiAnswer, ApiRequest, ApiResult } from './request';
import { keepWarnings } from './told-warnings';
import type { RequestVerb, UserInfo } from './types';
import { checkWriteOptions } from './write-options';

type Handler = (call: Call) => Promise<ApiResult>;

/** What serves a verb on the object itself. */
const verbs: Readonly<Record<RequestVerb, Handler>> = { get, list, watch, create, update, patch, delete: deleteObject, deletecollection: deleteCollection, options: (call) => unsupported(call) };

/** What serves a subresource that shows the whole object and writes a part of it. */
const wholeObject: Partial<Record<RequestVerb, Handler>> = { get, update, patch };

/** What serves the subresources that kinds declare by a strategy or mapping; all others have handlers of their own. */
const genericSubresources: Readonly<Record<string, Partial<Record<RequestVerb, Handler>>>> = {
  status: wholeObject,
  scale: { get: getScale, update: updateScale, patch: patchScale },
};

/**
 * The one pipeline behind both doors: authenticate, authorise, find the kind, then the verb, which decodes, runs the
 * write steps (see write-steps.ts) and stores.
 * @throws ApiError for everything that goes wrong
 */
export async function handle(environment: Environment, request: ApiRequest): Promise<ApiAnswer> {
  const user = request.user ?? (await identify(environment.extensions, request.credentials));
  const proceed = (): Promise<ApiAnswer> => answer(environment, request, user);
  return environment.intercept ? environment.intercept({ request, user }, proceed) : proceed();
}

async function answer(environment: Environment, request: ApiRequest, user: UserInfo): Promise<ApiAnswer> {
  await authorize(environment.extensions.authorizers, user, resourceAttributes(request));
  const call = makeCall(environment, request, user);
  try {
    return { result: await handlerOf(call)(call), warnings: call.warnings };
  } catch (error) {
    keepWarnings(error, call.warnings);
    throw error;
  }
}

/** Resolves the request's kind and checks what can be checked without the store. @throws ApiError NotFound */
export function makeCall(environment: Environment, request: ApiRequest, user: Call['user']): Call {
  const { target } = request;
  const kind = environment.registry.lookup(target.group, target.version, target.resource);
  if (!kind || (target.namespace !== '' && !kind.namespaced)) throw apiErrors.pathNotFound();
  checkFieldManager(request);
  checkWriteOptions(request);
  const warnings = kind.deprecationWarning ? [kind.deprecationWarning] : [];
  return { environment, request, user, kind, dryRun: (request.options.dryRun ?? []).length > 0, warnings };
}

function handlerOf({ kind, request }: Call): Handler {
  const { verb, target } = request;
  if (verb === 'options') return unsupported;
  const { subresource } = target;
  if (subresource === '') {
    if (!kind.verbs.includes(verb)) return unsupported;
    if (!kind.storagePath) return verb === 'create' ? callSubresource : readComputed;
    const wantsName = verb === 'get' || verb === 'update' || verb === 'patch' || verb === 'delete';
    if (wantsName === (target.name === '') && !acceptsName(verb)) return unsupported;
    if (kind.namespaced && target.namespace === '' && (wantsName || verb === 'create')) return unsupported;
    return verbs[verb];
  }
  const isDeclared = subresource === 'status' ? kind.statusStrategy : subresource === 'scale' ? kind.scale : undefined;
  if (isDeclared) return genericSubresources[subresource]?.[verb] ?? unsupported;
  if (kind.partStrategies[subresource]) return wholeObject[verb] ?? unsupported;
  const own = kind.subresources.find(({ name }) => name === subresource);
  if (!own) throw apiErrors.pathNotFound();
  return own.verbs.includes(verb) ? callSubresource : unsupported;
}

/** Lists and watches may name one object by field selector. */
const acceptsName = (verb: RequestVerb): boolean => verb === 'list' || verb === 'watch' || verb === 'deletecollection';

const unsupported: Handler = () => {
  throw failure('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
};
