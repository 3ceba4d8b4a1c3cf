import type { Node } from '../generated/types';

/** What a node can give is what it has, unless it keeps some for itself. */
export function defaultNode({ status }: Node): void {
  if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
}
