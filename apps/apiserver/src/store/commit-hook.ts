import type { ResourceType } from '@typernetes/api';
import type { KubernetesObject } from '@typernetes/machinery';
import type { Operation } from '@typernetes/storage';

/** How often a write has been tried, and what has stood in its way. */
export interface Attempt {
  /** 0 for the first. */
  readonly number: number;
  /** Store keys that attempts before wanted to create and that others had. */
  readonly taken: ReadonlySet<string>;
}

export const firstAttempt: Attempt = { number: 0, taken: new Set() };

/** The attempt after one that found these keys taken, too. */
export const nextAttempt = ({ number, taken }: Attempt, alsoTaken: Iterable<string>): Attempt => ({ number: number + 1, taken: new Set([...taken, ...alsoTaken]) });

/** One write, just before it is committed. */
export interface CommitContext {
  /** Absent on create. */
  readonly previous?: KubernetesObject;
  /** Absent on delete. The hook may fill in fields: each attempt starts from what the client sent. */
  readonly next?: KubernetesObject;
  readonly attempt: Attempt;
}

/**
 * Writes that belong to an object's own write, in the same transaction: both happen or neither. Called anew for each
 * attempt; when one of the operations' expectations fails, the whole write is tried again.
 * @throws ApiError Invalid when the object asks for what it can't have
 */
export interface CommitHook {
  plan(context: CommitContext): readonly Operation[];
}

/** By group and resource: a custom kind may be called as one of ours. */
export type CommitHooks = ReadonlyMap<string, CommitHook>;

export const commitHookKey = ({ group, resource }: Pick<ResourceType, 'group' | 'resource'>): string => `${group}/${resource}`;

export const commitHookOf = ({ commitHooks }: { readonly commitHooks: CommitHooks }, kind: Pick<ResourceType, 'group' | 'resource'>): CommitHook | undefined => commitHooks.get(commitHookKey(kind));
