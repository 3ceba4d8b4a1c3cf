import { hasReason, type Clock } from '@typernetes/machinery';
import { durationMs } from './fault-injector';
import type { ApiObject, Duration, ObjectReference, Objects, WaitCondition } from './types';

const defaultTimeoutMs = 30_000;
const periodMs = 10;

interface StatusCondition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

const conditionsOf = (object: ApiObject): readonly StatusCondition[] => {
  const { status } = object;
  const conditions = typeof status === 'object' && status !== null && 'conditions' in status ? status.conditions : undefined;
  return Array.isArray(conditions) ? conditions : [];
};

/** Whether the condition holds for what is there; undefined: nothing is. */
export function holds<T extends ApiObject>(object: T | undefined, condition: WaitCondition<T>): boolean {
  if (condition === 'Deleted') return object === undefined;
  if (object === undefined) return false;
  if (condition === 'Exists') return true;
  if (typeof condition === 'function') return condition(object);
  return conditionsOf(object).some(({ type, status }) => type === condition && status === 'True');
}

/** What a reader needs to see why the condition does not hold. */
function describe(object: ApiObject | undefined): string {
  if (!object) return 'it does not exist';
  return `its status is ${JSON.stringify(object['status'] ?? {})}`;
}

export interface WaitSources {
  readonly objects: Objects;
  /** Real time: who waits is outside of the cluster. */
  readonly clock: Clock;
}

/** Looks again and again until the condition holds. @throws Error with what was seen last when it does not in time */
export async function waitFor<T extends ApiObject>(
  { objects, clock }: WaitSources,
  reference: ObjectReference,
  condition: WaitCondition<T>,
  { timeout = defaultTimeoutMs }: { readonly timeout?: Duration } = {},
): Promise<T> {
  const deadline = clock.monotonic() + durationMs(timeout);
  let seen: T | undefined;
  for (;;) {
    const found = await read<T>(objects, reference);
    if (holds(found, condition)) return found ?? seen ?? (reference as ApiObject as T);
    seen = found ?? seen;
    if (clock.monotonic() >= deadline) {
      const what = typeof condition === 'function' ? condition.name || 'the condition' : condition;
      throw new Error(`${reference.kind} ${reference.metadata.name}: ${what} does not hold within ${durationMs(timeout)} ms; ${describe(found)}`);
    }
    await clock.sleep(periodMs);
  }
}

async function read<T extends ApiObject>(objects: Objects, reference: ObjectReference): Promise<T | undefined> {
  try {
    return await objects.get<T>(reference);
  } catch (error) {
    if (hasReason(error, 'NotFound', 'ServiceUnavailable')) return undefined;
    throw error;
  }
}
