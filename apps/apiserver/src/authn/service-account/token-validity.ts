import { resources, type ResourceType, type Secret } from '@typernetes/api';
import { apiErrors, isApiError, type KubernetesObject } from '@typernetes/machinery';
import type { ObjectReader } from '../../pipeline/object-reader';
import type { UserInfo } from '../../pipeline/types';
import type { BoundObject, TokenClaims } from './claims';
import { markedInvalid } from './legacy-use';
import { serviceAccountUser } from './user';

/** Tokens outlive the deletion of what they are bound to by this, so that a pod can end in good order. */
const deletionLeewayMs = 60_000;

/** Why an object no longer vouches for a token; undefined when it does. */
export function invalidity(what: string, wanted: { readonly name: string; readonly uid?: string }, stored: KubernetesObject | undefined, nowMs: number): string | undefined {
  if (!stored) return `${what} ${JSON.stringify(wanted.name)} not found`;
  const { uid, deletionTimestamp } = stored.metadata ?? {};
  if (wanted.uid !== undefined && wanted.uid !== uid) return `the ${what} UID (${uid}) does not match the UID in the token (${wanted.uid})`;
  if (deletionTimestamp && Date.parse(deletionTimestamp) < nowMs - deletionLeewayMs) return `${what} has been deleted`;
  return undefined;
}

/** From the cache when it agrees with the token, else from the store: a token may be younger than the cache. */
async function find<T extends KubernetesObject>(objects: ObjectReader, type: ResourceType<T>, place: { wanted: { name: string; uid?: string }; namespace?: string }): Promise<T | undefined> {
  const { wanted, namespace } = place;
  const cached = objects.get(type, wanted.name, namespace);
  const agrees = cached && (wanted.uid === undefined || cached.metadata?.uid === wanted.uid);
  if (agrees) return cached;
  try {
    return await objects.read(type, wanted.name, namespace);
  } catch (error) {
    // A store that can't be asked says nothing about the token.
    throw isApiError(error) ? error : apiErrors.serviceUnavailable(`${type.resource} can't be read to check a token`);
  }
}

async function check<T extends KubernetesObject>(
  objects: ObjectReader,
  type: ResourceType<T>,
  place: { what: string; wanted: { name: string; uid?: string } | undefined; namespace?: string; nowMs: number },
): Promise<T | undefined> {
  const { what, wanted, nowMs } = place;
  if (!wanted) return undefined;
  const stored = await find(objects, type, { ...place, wanted });
  const why = invalidity(what, wanted, stored, nowMs);
  if (why !== undefined) throw new Error(why);
  return stored;
}

/** A token as it is used. */
export interface TokenUse {
  readonly token: string;
  readonly nowMs: number;
  /** Is told of uses of token secrets. */
  onLegacyUse?(secret: Secret): void;
}

/** The user of a genuine token, if all that the token names is still there. @throws Error that says what is not */
export async function tokenUser(objects: ObjectReader, claims: TokenClaims, at: TokenUse): Promise<UserInfo> {
  const { namespace, serviceAccount } = claims;
  const { nowMs } = at;
  await check(objects, resources.serviceAccounts, { what: 'service account', wanted: serviceAccount, namespace, nowMs });
  if (claims.type === 'legacy') {
    const secret = await check(objects, resources.secrets, { what: 'secret', wanted: { name: claims.secretName }, namespace, nowMs });
    if (Buffer.from(secret?.data?.['token'] ?? '', 'base64').toString() !== at.token) throw new Error("the token does not match the secret's");
    const invalid = secret && markedInvalid(secret, serviceAccount.name);
    if (invalid !== undefined) throw new Error(invalid);
    if (secret) at.onLegacyUse?.(secret);
    return serviceAccountUser(namespace, serviceAccount.name, { uid: serviceAccount.uid });
  }
  const { pod, secret, node } = claims;
  await check(objects, resources.pods, { what: 'pod', wanted: pod, namespace, nowMs });
  await check(objects, resources.secrets, { what: 'secret', wanted: secret, namespace, nowMs });
  // With a pod the node is only told of: the pod's end is what counts.
  if (!pod) await check(objects, resources.nodes, { what: 'node', wanted: node, nowMs });
  return serviceAccountUser(namespace, serviceAccount.name, { uid: serviceAccount.uid, extra: extraOf(claims) });
}

const extraPrefix = 'authentication.kubernetes.io/';

function extraOf({ id, pod, node }: { id?: string; pod?: BoundObject; node?: BoundObject }): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  const set = (key: string, value: string | undefined): void => {
    if (value) extra[extraPrefix + key] = [value];
  };
  set('credential-id', id && `JTI=${id}`);
  set('node-name', node?.name);
  set('node-uid', node?.uid);
  set('pod-name', pod?.name);
  set('pod-uid', pod?.uid);
  return extra;
}
