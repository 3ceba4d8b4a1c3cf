import { groups, type UserInfo } from '../../pipeline/types';

const prefix = 'system:node:';

/** Whether a user is a node, and which; without a name when that can't be told. Undefined for everybody else. */
export function nodeOfUser({ name, groups: memberOf }: UserInfo): { readonly node: string } | undefined {
  if (!memberOf.includes(groups.nodes)) return undefined;
  return { node: name.startsWith(prefix) ? name.slice(prefix.length) : '' };
}
