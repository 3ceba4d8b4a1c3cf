import { randomUUID } from 'node:crypto';
import { resources, type AuthenticationV1TokenRequest, type BoundObjectReference, type ResourceType } from '@typernetes/api';
import { apiErrors, fieldError, formatTime, type Clock, type FieldError, type KubernetesObject } from '@typernetes/machinery';
import type { ObjectReader } from '../../pipeline/object-reader';
import type { SubresourceContext, SubresourceHandler } from '../../pipeline/subresource';
import type { BoundObject } from './claims';
import type { TokenAuthority } from './token-authority';

const expirationSecondsMin = 600;
const expirationSecondsMax = 2 ** 32;
const expirationSecondsDefault = 3_600;

/** What is wrong with a TokenRequest (authentication/v1). */
export function validateTokenRequest({ spec }: AuthenticationV1TokenRequest): FieldError[] {
  const seconds = spec?.expirationSeconds ?? expirationSecondsDefault;
  if (seconds < expirationSecondsMin) return [fieldError.invalid('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > expirationSecondsMax) return [fieldError.invalid('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

const identityOf = ({ metadata }: KubernetesObject): BoundObject => ({ name: metadata?.name ?? '', uid: metadata?.uid ?? '' });

/** From the store: a token for what is gone would be refused at its first use. */
async function read<T extends KubernetesObject>(objects: ObjectReader, type: ResourceType<T>, name: string, namespace?: string): Promise<T> {
  const object = await objects.read(type, name, namespace);
  if (!object) throw apiErrors.notFound({ group: type.group, resource: type.resource, name });
  return object;
}

function checkUid(ref: BoundObjectReference, { uid }: BoundObject, resource: string): void {
  if (!ref.uid || ref.uid === uid) return;
  throw apiErrors.conflict(
    { group: '', resource, name: ref.name ?? '' },
    `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
  );
}

interface Bindings {
  readonly pod?: BoundObject;
  readonly secret?: BoundObject;
  readonly node?: BoundObject;
}

async function bindPod(objects: ObjectReader, ref: BoundObjectReference, account: { namespace: string; name: string }): Promise<Bindings> {
  const stored = await read(objects, resources.pods, ref.name ?? '', account.namespace);
  if (stored.spec?.serviceAccountName !== account.name) {
    throw apiErrors.badRequest(`cannot bind token for serviceaccount ${JSON.stringify(account.name)} to pod running with different serviceaccount name.`);
  }
  const pod = identityOf(stored);
  checkUid(ref, pod, 'pods');
  const nodeName = stored.spec?.nodeName;
  const node = nodeName ? objects.get(resources.nodes, nodeName) : undefined;
  return { pod, ...(nodeName ? { node: { name: nodeName, uid: node?.metadata?.uid ?? '' } } : {}) };
}

async function bind(objects: ObjectReader, ref: BoundObjectReference | undefined, account: { namespace: string; name: string }): Promise<Bindings> {
  if (!ref) return {};
  const kind = `${ref.apiVersion ?? ''}, Kind=${ref.kind ?? ''}`;
  switch (kind) {
    case 'v1, Kind=Pod':
      return bindPod(objects, ref, account);
    case 'v1, Kind=Secret': {
      const secret = identityOf(await read(objects, resources.secrets, ref.name ?? '', account.namespace));
      checkUid(ref, secret, 'secrets');
      return { secret };
    }
    case 'v1, Kind=Node': {
      const node = identityOf(await read(objects, resources.nodes, ref.name ?? ''));
      checkUid(ref, node, 'nodes');
      return { node };
    }
    default:
      throw apiErrors.badRequest(`cannot bind token to object of type ${kind}`);
  }
}

function checkPlace({ metadata }: AuthenticationV1TokenRequest, { namespace, name }: { namespace: string; name: string }): void {
  if (metadata?.name && metadata.name !== name) throw apiErrors.badRequest(`the service account name in the URL (${name}) does not match the name in the request (${metadata.name})`);
  if (metadata?.namespace && metadata.namespace !== namespace) {
    throw apiErrors.badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
}

/** POST serviceaccounts/<name>/token. */
export function tokenRequestHandler(authority: TokenAuthority, objects: ObjectReader, clock: Clock): SubresourceHandler {
  const call = async (context: SubresourceContext): Promise<KubernetesObject> => {
    const { namespace, name } = context.target;
    const request: AuthenticationV1TokenRequest = context.body ?? {};
    checkPlace(request, { namespace, name });
    const errors = validateTokenRequest(request);
    if (errors.length > 0) throw apiErrors.invalid({ group: 'authentication.k8s.io', resource: 'TokenRequest', name: '' }, errors);
    const serviceAccount = identityOf(await read(objects, resources.serviceAccounts, name, namespace));
    const { audiences: wanted = [], expirationSeconds = expirationSecondsDefault, boundObjectRef } = request.spec ?? {};
    const audiences = wanted.length > 0 ? wanted : [authority.issuer];
    const bindings = await bind(objects, boundObjectRef, { namespace, name });
    const issuedAt = Math.floor(clock.now() / 1000);
    const mayExtend = bindings.pod !== undefined && audiences.length === 1 && audiences[0] === authority.issuer;
    const token = await authority.issue({ namespace, serviceAccount, ...bindings, audiences, expirationSeconds, issuedAt, id: randomUUID(), mayExtend });
    const answer: AuthenticationV1TokenRequest = {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: formatTime(issuedAt * 1000) },
      spec: { audiences, expirationSeconds, ...(boundObjectRef ? { boundObjectRef } : {}) },
      status: { token, expirationTimestamp: formatTime((issuedAt + expirationSeconds) * 1000) },
    };
    return answer;
  };
  return { call };
}
