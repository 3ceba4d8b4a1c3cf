import { ApiError, apiErrors, formatTime, hasReason, type KubernetesObject } from '@typernetes/machinery';
import { CacheEntry, encodeStored, withResourceVersion, type Operation, type Storage, type StoredEntry, type TransactResult } from '@typernetes/storage';
import { generateNameAttemptsMax, updateAttemptsMax } from '../limits';
import { checkAgainstTarget } from '../metadata/prepare';
import { nameOf, type Call } from '../pipeline/call';
import { decodeBody } from '../pipeline/decode';
import type { ApiResult } from '../pipeline/request';
import { runWriteSteps } from '../pipeline/write-steps';
import { commitHookOf, firstAttempt, nextAttempt } from '../store/commit-hook';
import { takenKeys, ttlOf } from '../store/guaranteed-update';
import { storedOf, viewNow } from '../store/views';

/** POST to a collection. */
export async function create(call: Call): Promise<ApiResult> {
  const body = decodeBody(call);
  return { type: 'object', code: 201, kind: call.kind, value: (await viewNow(call.kind, await createObject(call, body))).value };
}

/** Stores a decoded object as new. */
export async function createObject(call: Call, body: KubernetesObject): Promise<CacheEntry> {
  checkAgainstTarget(call, body);
  if (body.metadata?.resourceVersion) throw apiErrors.badRequest('resourceVersion should not be set on objects to be created');
  const isGenerated = !body.metadata?.name && Boolean(body.metadata?.generateName);
  for (let attempt = 1; ; attempt++) {
    // Only a generated name can need a second attempt, which then starts from the body again.
    const next = isGenerated ? structuredClone(body) : body;
    try {
      return await createOnce(call, next);
    } catch (error) {
      if (!isGenerated || !hasReason(error, 'AlreadyExists')) throw error;
      if (attempt >= generateNameAttemptsMax) throw generatedNameTaken(call, next.metadata?.name ?? '');
    }
  }
}

/** A client may simply try again: the names are drawn anew. */
function generatedNameTaken(call: Call, name: string): Error {
  const { status } = apiErrors.alreadyExists(nameOf(call, name));
  const message = `${status.message}, the server was not able to generate a unique name for the object`;
  return new ApiError({ ...status, message, details: { ...status.details, retryAfterSeconds: 1 } });
}

async function createOnce(call: Call, next: KubernetesObject): Promise<CacheEntry> {
  const { environment, kind, request } = call;
  await runWriteSteps({ call, operation: 'CREATE', subresource: '', next, now: formatTime(environment.clock.now()) });
  const name = next.metadata?.name ?? '';
  const store = environment.stores.of(kind);
  const key = store.storageKey(request.target.namespace, name);
  const cacheKey = store.cacheKey(request.target.namespace, name);
  const hook = commitHookOf(environment, kind);
  for (let attempt = firstAttempt; attempt.number < updateAttemptsMax; ) {
    // What the hook fills in is a try: it must not look like the client's wish to the next one.
    const filled = hook ? structuredClone(next) : next;
    const operations = hook?.plan({ next: filled, attempt }) ?? [];
    const value = encodeStored(await storedOf(kind, filled));
    const own: Operation = { type: 'put', key, value, expected: 0, ...ttlOf(call) };
    const result = await (call.dryRun ? rehearse(environment.storage, [own, ...operations]) : environment.storage.transact([own, ...operations]));
    if (result.type === 'committed' && call.dryRun) return new CacheEntry(cacheKey, value, 0);
    if (result.type === 'committed') return new CacheEntry(cacheKey, withResourceVersion(value, result.revision), result.revision);
    if (result.current.get(key)) throw apiErrors.alreadyExists(nameOf(call, name));
    attempt = nextAttempt(attempt, takenKeys(result, key));
  }
  throw apiErrors.conflict(nameOf(call, name), 'too many attempts to allocate what the object needs');
}

/** What a transaction of new keys would come to, without writing. */
async function rehearse(storage: Storage, operations: readonly Operation[]): Promise<TransactResult> {
  const wanted = operations.filter(({ expected }) => expected === 0);
  const current = new Map<string, StoredEntry | undefined>();
  for (const { key } of wanted) current.set(key, (await storage.get(key)).entry);
  return { type: [...current.values()].some(Boolean) ? 'conflict' : 'committed', revision: 0, current };
}
