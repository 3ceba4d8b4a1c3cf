import type { Namespace } from '../generated/types';

export function defaultNamespace(namespace: Namespace): void {
  const status = (namespace.status ??= {});
  status.phase ||= 'Active';
}
