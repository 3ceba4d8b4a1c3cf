import type { SuccessPolicy } from '@typernetes/api';
import { IndexRanges } from './index-ranges';

/** Why an Indexed job is done before all of its indexes are (KEP-3998); undefined while it is not. */
export function metSuccessRule(policy: SuccessPolicy | undefined, completions: number, succeeded: IndexRanges): string | undefined {
  for (const [index, { succeededIndexes, succeededCount }] of (policy?.rules ?? []).entries()) {
    const wanted = succeededIndexes === undefined ? undefined : IndexRanges.parse(succeededIndexes, completions);
    const count = wanted ? wanted.sharedWith(succeeded) : succeeded.size;
    if (count >= (succeededCount ?? wanted?.size ?? completions)) return `Matched rules at index ${index}`;
  }
  return undefined;
}
