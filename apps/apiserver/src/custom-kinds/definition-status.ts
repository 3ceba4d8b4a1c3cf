import { acceptNames, approvalOf, type CustomResourceDefinition, type CustomResourceDefinitionCondition, type CustomResourceDefinitionStatus, type TakenNames } from '@typernetes/api';
import { isConditionTrue, setCondition } from '@typernetes/machinery';

type Condition = CustomResourceDefinitionCondition;

const condition = (type: string, isTrue: boolean, reason: string, message: string): Condition => ({ type, status: isTrue ? 'True' : 'False', reason, message });

const approvalReasons = { approved: 'ApprovedAnnotation', unapproved: 'UnapprovedAnnotation', missing: 'MissingAnnotation', invalid: 'InvalidAnnotation' } as const;

/** Whether those who own a protected group have agreed (KEP-1111); undefined in other groups. */
function approvalCondition(definition: CustomResourceDefinition): Condition | undefined {
  const { state, message } = approvalOf(definition);
  if (state === 'unprotected') return undefined;
  return condition('KubernetesAPIApprovalPolicyConformant', state === 'approved', approvalReasons[state], message);
}

/**
 * The status that a definition deserves: which names it has got, and whether its kinds are served. Once they are, they
 * stay so, under the names that were accepted.
 */
export function statusOf(definition: CustomResourceDefinition, taken: TakenNames, nowMs: number): CustomResourceDefinitionStatus {
  const { acceptedNames, conflict } = acceptNames(definition, taken);
  const before = definition.status?.conditions;
  const isEstablished = isConditionTrue(before, 'Established');
  const wanted: (Condition | undefined)[] = [
    conflict ? condition('NamesAccepted', false, conflict.reason, conflict.message) : condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found'),
    isEstablished
      ? undefined
      : conflict
        ? condition('Established', false, 'NotAccepted', 'not all names are accepted')
        : condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted'),
    approvalCondition(definition),
  ];
  let conditions: readonly Condition[] = before ?? [];
  for (const next of wanted) if (next) conditions = setCondition(conditions, next, nowMs);
  return { ...definition.status, acceptedNames, conditions: [...conditions] };
}

/** Whether the kinds of a definition with this status are served. */
export const isEstablished = ({ status }: CustomResourceDefinition): boolean => isConditionTrue(status?.conditions, 'Established');
