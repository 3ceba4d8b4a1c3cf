import type { Random } from '@typernetes/machinery';
import type { HttpAnswer, TestApi } from '../start-test-api';

/** One write that was tried, and what became of it. */
export interface Attempt {
  /** In the object's data if it came to be: no two attempts have the same. */
  readonly token: string;
  readonly name: string;
  readonly verb: string;
  /** Highest revision that anybody had been told of before. */
  readonly after: number;
  /** `unknown`: no answer, or one that blames the server. */
  outcome: 'acknowledged' | 'refused' | 'unknown';
  /** Of what was written. */
  revision?: number;
  /** Of what was deleted. */
  uid?: string;
}

/** What all writers share. */
export interface Told {
  /** Highest that any was told of. */
  revision: number;
  /** How many writes were acknowledged. */
  count: number;
}

export const path = '/api/v1/namespaces/default/configmaps';
/** Few, so that writers meet. */
const names = Array.from({ length: 8 }, (_, i) => `object-${i}`);
/** An answer that does not come within so many milliseconds counts as none. */
const patienceMs = 8_000;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;

const patchTypes: Readonly<Record<string, string>> = { merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json', apply: 'application/apply-patch+yaml' };
const verbs = ['create', 'create', 'update', 'merge', 'strategic', 'apply', 'delete'] as const;

interface Draft {
  readonly verb: (typeof verbs)[number];
  readonly name: string;
  readonly token: string;
  readonly side: string;
}

async function send(api: TestApi, { verb, name, token, side }: Draft, known: Map<string, string>): Promise<HttpAnswer> {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { side } }, data: { token } };
  switch (verb) {
    case 'create':
      return api.call('POST', path, { body });
    case 'update': {
      const resourceVersion = known.get(name);
      return api.call('PUT', `${path}/${name}`, { body: { ...body, metadata: { ...body.metadata, ...(resourceVersion ? { resourceVersion } : {}) } } });
    }
    case 'delete':
      return api.call('DELETE', `${path}/${name}`);
    default:
      return api.call('PATCH', `${path}/${name}${verb === 'apply' ? '?fieldManager=property&force=true' : ''}`, { body, headers: { 'content-type': patchTypes[verb] ?? '' } });
  }
}

/** Without an answer: undefined. */
async function answered(answer: Promise<HttpAnswer>): Promise<HttpAnswer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    // The connection broke: nobody knows whether the write came to be.
    return await Promise.race([answer.catch(() => undefined), silence]);
  } finally {
    clearTimeout(timer);
  }
}

function record(attempt: Attempt, answer: HttpAnswer | undefined, { told, known }: { told: Told; known: Map<string, string> }): void {
  if (!answer || answer.code >= 500 || answer.code === 429) return;
  if (answer.code >= 400) {
    attempt.outcome = 'refused';
    return;
  }
  attempt.outcome = 'acknowledged';
  told.count++;
  const { json } = answer;
  if (attempt.verb === 'delete') {
    attempt.uid = (json['details'] as { uid: string }).uid;
    return;
  }
  attempt.revision = Number(json.metadata?.resourceVersion);
  known.set(attempt.name, String(json.metadata?.resourceVersion));
  told.revision = Math.max(told.revision, attempt.revision);
}

/** Writes at random until told to stop; gives all that it tried. */
export async function writeAtRandom(api: TestApi, { id, random, told, isOver }: { id: number; random: Random; told: Told; isOver: () => boolean }): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  const known = new Map<string, string>();
  while (!isOver()) {
    const draft: Draft = { verb: pick(random, verbs), name: pick(random, names), token: `${id}-${attempts.length}`, side: pick(random, ['left', 'right']) };
    const attempt: Attempt = { token: draft.token, name: draft.name, verb: draft.verb, after: told.revision, outcome: 'unknown' };
    attempts.push(attempt);
    record(attempt, await answered(send(api, draft, known)), { told, known });
    await new Promise((resolve) => setTimeout(resolve, attempt.outcome === 'unknown' ? 50 : random.next() * 15));
  }
  return attempts;
}
