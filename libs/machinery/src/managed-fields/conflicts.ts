/** Conflicts of apply: fields that others own and would lose. */
import { failure, type ApiError } from '../api-error';
import { formatPath } from './path-element';
import type { Manager } from './managers';

export interface ApplyConflict {
  readonly manager: Manager;
  readonly path: readonly string[];
}

/** `"x" with subresource "status" using v1`; appliers without version. */
function formatManager({ name, operation, apiVersion, subresource }: Manager): string {
  const quoted = JSON.stringify(name) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${quoted} using ${apiVersion}` : quoted;
}

function messageOf(conflicts: readonly ApplyConflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first) return `Apply failed with 1 conflict: conflict with ${formatManager(first.manager)}: ${formatPath(first.path)}`;
  const byManager = new Map<string, string[]>();
  for (const { manager, path } of conflicts) {
    const name = formatManager(manager);
    byManager.set(name, [...(byManager.get(name) ?? []), `- ${formatPath(path)}`]);
  }
  const lines = [...byManager].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, paths]) => [`conflicts with ${name}:`, ...paths]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

/** The 409 that lists them, each as a cause; kubectl's advice is built from them. */
export function conflictError(conflicts: readonly ApplyConflict[]): ApiError {
  return failure('Conflict', messageOf(conflicts), {
    causes: conflicts.map(({ manager, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${formatManager(manager)}`,
      field: formatPath(path),
    })),
  });
}
