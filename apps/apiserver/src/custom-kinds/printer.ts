import type { Cell, Column, CustomResourceColumnDefinition, TablePrinter } from '@typernetes/api';
import { compileJsonPath, humanDuration, JsonPathError, type JsonPath, type KubernetesObject } from '@typernetes/machinery';

const nameColumn: Column = { name: 'Name', type: 'string', format: 'name', description: 'Name must be unique within a namespace.', priority: 0 };

/** For versions that declare no columns. */
const ageColumn: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  description: 'When the object was created, in RFC 3339 form and UTC.',
  jsonPath: '.metadata.creationTimestamp',
};

const toColumn = ({ name, type, format = '', description = '', priority = 0 }: CustomResourceColumnDefinition): Column => ({ name, type: type as Column['type'], format, description, priority });

/** A path that cannot be read finds nothing: the column stays empty. */
function pathOf(text: string): JsonPath {
  try {
    return compileJsonPath(text);
  } catch (error) {
    if (error instanceof JsonPathError) return () => [];
    throw error;
  }
}

const shownAsText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function ageOf(value: unknown, nowMs: number): Cell {
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? '<invalid>' : humanDuration(nowMs - at);
}

/** A value in a cell of the column's type; null where it has another one. */
function cellOf(type: string, value: unknown, nowMs: number): Cell {
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return ageOf(value, nowMs);
    default:
      return shownAsText(value);
  }
}

/** What `kubectl get` prints of a custom kind: the name, then the columns of the version. */
export function customPrinter(columns: readonly CustomResourceColumnDefinition[] = []): TablePrinter<KubernetesObject> {
  const own = columns.length > 0 ? columns : [ageColumn];
  const cells = own.map(({ jsonPath, type }) => {
    const find = pathOf(jsonPath);
    return (object: KubernetesObject, nowMs: number): Cell => {
      const [value] = find(object);
      return value === undefined || value === null ? null : cellOf(type, value, nowMs);
    };
  });
  return {
    columns: [nameColumn, ...own.map(toColumn)],
    row: (object, nowMs) => [object.metadata?.name ?? '', ...cells.map((cell) => cell(object, nowMs))],
  };
}
