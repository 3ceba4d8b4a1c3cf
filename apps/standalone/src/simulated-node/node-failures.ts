import type { Node } from '@typernetes/api';
import type { Informer } from '@typernetes/client';
import type { Cancel, Clock } from '@typernetes/machinery';
import type { NodeOutages } from './node-outages';
import { annotationPrefix } from './settings';
import type { NodePlan } from './simulation';

const failedAnnotation = `${annotationPrefix}failed`;

/** A node has failed as long as its annotation `simulate.typernetes.io/failed` is `true`. */
export function failByAnnotation(nodes: Informer<Node>, outages: NodeOutages): void {
  const heals = new Map<string, Cancel>();
  const decide = (name: string, isFailed: boolean): void => {
    const heal = heals.get(name);
    if (isFailed === (heal !== undefined)) return;
    if (isFailed) return void heals.set(name, outages.fail(name));
    heals.delete(name);
    heal?.();
  };
  const look = ({ metadata }: Node): void => decide(metadata?.name ?? '', metadata?.annotations?.[failedAnnotation] === 'true');
  nodes.onChange({ added: look, updated: look, deleted: ({ metadata }) => decide(metadata?.name ?? '', false) });
}

/** Lets the node fail, and come back, at the times of its plan. What is returned ends the waiting. */
export function failByPlan(name: string, { failAfterMs, recoverAfterMs }: NodePlan, { outages, clock }: { outages: NodeOutages; clock: Clock }): Cancel {
  if (failAfterMs === undefined) return () => undefined;
  let cancelRecovery: Cancel | undefined;
  const cancelFailure = clock.after(failAfterMs, () => {
    const heal = outages.fail(name);
    if (recoverAfterMs !== undefined) cancelRecovery = clock.after(recoverAfterMs, heal);
  });
  return () => {
    cancelFailure();
    cancelRecovery?.();
  };
}
