import type { Cell, Column, KindDefinition } from '@typernetes/api';
import type { KubernetesObject, ListMeta } from '@typernetes/machinery';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

interface TableRow {
  cells: Cell[];
  object?: unknown;
}

/** meta/v1 Table: what `kubectl get` prints. */
interface Table {
  kind: 'Table';
  apiVersion: 'meta.k8s.io/v1';
  metadata: ListMeta;
  columnDefinitions: readonly Column[];
  rows: TableRow[];
}

/** For kinds that declare no columns. */
const defaultColumns: readonly Column[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name must be unique within a namespace.',
    priority: 0,
  },
  {
    name: 'Created At',
    type: 'date',
    format: '',
    description: 'When the object was created, in RFC 3339 form and UTC.',
    priority: 0,
  },
];

interface TableOptions {
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
  readonly metadata: ListMeta;
}

/** Objects of one kind as rows. */
export function tableOf(kind: KindDefinition, objects: readonly KubernetesObject[], options: TableOptions): Table {
  const { printer } = kind;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: printer?.columns ?? defaultColumns,
    rows: objects.map((object) => ({
      cells: printer ? printer.row(object, options.nowMs) : [object.metadata?.name ?? '', object.metadata?.creationTimestamp ?? ''],
      ...rowObject(object, options.includeObject),
    })),
  };
}

function rowObject(object: KubernetesObject, include: IncludeObject): { object?: unknown } {
  if (include === 'None') return {};
  if (include === 'Object') return { object };
  return { object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } };
}
