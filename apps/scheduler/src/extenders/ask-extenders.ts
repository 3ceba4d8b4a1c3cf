import type { Logger } from '@typernetes/component';
import type { Candidates } from '../core/preemption';
import type { Decision, DecisionContext, Filtered } from '../core/schedule-pod';
import { filterNodes, highest, nominatedNode, scoreNodes } from '../core/schedule-pod';
import type { NodeInfo } from '../framework/node-info';
import type { PodInfo } from '../framework/pod-info';
import type { Extender } from './extender';

/** Asks one extender; an ignorable one that fails is left out. @throws Error of one that is not */
async function ask<T>(extender: Extender, otherwise: T, logger: Logger, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!extender.ignorable) throw error;
    logger.warn({ extender: extender.name, error }, 'an ignorable extender failed');
    return otherwise;
  }
}

/** One after the other: each sees what those before it let pass. */
async function filterByExtenders(pod: PodInfo, filtered: Filtered, extenders: readonly Extender[], logger: Logger): Promise<Filtered> {
  let { feasible } = filtered;
  const rejections = new Map(filtered.rejections);
  for (const extender of extenders) {
    if (!feasible.length) break;
    const nodes: NodeInfo[] = feasible;
    const all = { passed: new Set(nodes.map(({ name }) => name)), rejections: new Map() };
    const answer = await ask(extender, all, logger, () => extender.filter(pod, nodes));
    for (const [node, rejection] of answer.rejections) rejections.set(node, rejection);
    feasible = nodes.filter(({ name }) => answer.passed.has(name));
  }
  return { ...filtered, feasible, rejections };
}

async function scoreByExtenders(pod: PodInfo, feasible: readonly NodeInfo[], extenders: readonly Extender[], logger: Logger): Promise<ReadonlyMap<string, number>> {
  const none: ReadonlyMap<string, number> = new Map();
  // A score that is missing breaks no decision, so none is waited for in vain.
  const scores = await Promise.all(
    extenders.map((extender) =>
      extender.prioritize(pod, feasible).catch((error: unknown) => {
        logger.warn({ extender: extender.name, error }, 'an extender gave no scores');
        return none;
      }),
    ),
  );
  const sums = new Map<string, number>();
  for (const one of scores) for (const [node, score] of one) sums.set(node, (sums.get(node) ?? 0) + score);
  return sums;
}

/** As `schedulePod`, with the say of those extenders that are interested in the pod. @throws Error of an extender that may not be ignored */
export async function schedulePodWithExtenders(pod: PodInfo, context: DecisionContext, { extenders, logger }: { extenders: readonly Extender[]; logger: Logger }): Promise<Decision> {
  const nominated = nominatedNode(pod, context);
  if (nominated) {
    const { feasible } = await filterByExtenders(pod, { feasible: [nominated], rejections: new Map(), evaluated: 1 }, extenders, logger);
    if (feasible.length) return { outcome: 'node', nodeName: nominated.name, feasibleNodes: 1, evaluatedNodes: 1 };
  }
  const nodeCount = context.snapshot.nodes.length;
  const { feasible, rejections, evaluated } = await filterByExtenders(pod, filterNodes(pod, context), extenders, logger);
  const [first] = feasible;
  if (!first) return { outcome: 'none', diagnosis: { nodeCount, rejections } };
  if (feasible.length === 1) return { outcome: 'node', nodeName: first.name, feasibleNodes: 1, evaluatedNodes: evaluated };
  const extra = await scoreByExtenders(pod, feasible, extenders, logger);
  const totals = scoreNodes(pod, feasible, context).map((total, index) => total + (extra.get(feasible[index]?.name ?? '') ?? 0));
  return { outcome: 'node', nodeName: highest(feasible, totals, context.random).name, feasibleNodes: feasible.length, evaluatedNodes: evaluated };
}

/** Which candidates for preemption the extenders leave. */
export async function candidatesByExtenders(pod: PodInfo, found: Candidates, { extenders, logger }: { extenders: readonly Extender[]; logger: Logger }): Promise<Candidates> {
  let { candidates } = found;
  for (const extender of extenders.filter(({ preempts }) => preempts)) {
    if (!candidates.length) break;
    const asked = candidates;
    candidates = await ask(extender, asked, logger, () => extender.preempt(pod, asked));
  }
  return { ...found, candidates };
}
