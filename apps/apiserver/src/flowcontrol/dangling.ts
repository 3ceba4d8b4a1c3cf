import type { FlowSchema, FlowSchemaCondition } from '@typernetes/api';

/**
 * The condition that tells whether the priority level of a schema exists; undefined when it is there already and right.
 * `now` is RFC 3339. The other conditions stay: an API object has each type once.
 */
export function danglingCondition({ spec, status }: FlowSchema, isThere: boolean, now: string): FlowSchemaCondition | undefined {
  const name = spec?.priorityLevelConfiguration.name ?? '';
  const known = status?.conditions?.find(({ type }) => type === 'Dangling');
  const reference = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)}`;
  const wanted = isThere
    ? { status: 'False', reason: 'Found', message: `${reference} and it exists` }
    : { status: 'True', reason: 'NotFound', message: `${reference} but there is no such object` };
  if (known?.status === wanted.status && known.reason === wanted.reason && known.message === wanted.message) return undefined;
  const lastTransitionTime = known?.status === wanted.status ? (known.lastTransitionTime ?? now) : now;
  return { type: 'Dangling', lastTransitionTime, ...wanted };
}
