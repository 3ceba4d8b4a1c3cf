/**
 * meta/v1 Table: what `kubectl get` prints. Rows are put together from text: cells are made once per version of an object
 * and kept for as long as its ages read the same, and its metadata is a part of the object's own bytes.
 */
import type { Cell, Column, KindDefinition, TablePrinter } from '@typernetes/api';
import type { KubernetesObject, ListMeta } from '@typernetes/machinery';
import type { CacheEntry } from '@typernetes/storage';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** For kinds that declare no columns. */
const defaultPrinter: TablePrinter<KubernetesObject> = {
  columns: [
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
  ],
  row: ({ metadata }) => [metadata?.name ?? '', metadata?.creationTimestamp ?? ''],
};

interface TableOptions {
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
  readonly metadata: ListMeta;
  /** Columns are told once per watch. */
  readonly withColumns?: boolean;
}

/** The cells of a row as JSON, and the times between which they read so. */
interface Cells {
  readonly printer: TablePrinter<never>;
  readonly json: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

const remembered = new WeakMap<CacheEntry, Cells>();

const second = 1_000;

/** How far ahead a row is asked whether it changes: young objects show seconds, old ones minutes, hours and days. */
const aheadMs: readonly number[] = [15 * second, 30 * second, 60 * second, 3_600 * second];

/** Until when a row surely reads as it does now. Ages only grow and no text comes back, so what reads the same at two times reads so in between. */
function sameUntil(nowMs: number, isSameAt: (atMs: number) => boolean): number {
  let untilMs = nowMs;
  for (const atMs of [nowMs - (nowMs % second) + second - 1, ...aheadMs.map((ahead) => nowMs + ahead)]) {
    if (!isSameAt(atMs)) break;
    untilMs = atMs;
  }
  return untilMs;
}

/** The cells of an entry's row, as JSON. */
function cellsOf(printer: TablePrinter<never>, entry: CacheEntry, nowMs: number): string {
  const known = remembered.get(entry);
  if (known && known.printer === printer && nowMs >= known.fromMs && nowMs <= known.untilMs) return known.json;
  const object = entry.parse();
  // Bookmarks of watches have nothing that a printer could show.
  const isNothing = object.metadata?.name === undefined && printer !== defaultPrinter;
  if (isNothing) return JSON.stringify(printer.columns.map(() => ''));
  const jsonAt = (atMs: number): string => JSON.stringify(printer.row(object as never, atMs) satisfies Cell[]);
  const json = jsonAt(nowMs);
  const untilMs = sameUntil(nowMs, (atMs) => jsonAt(atMs) === json);
  remembered.set(entry, { printer, json, fromMs: nowMs, untilMs });
  return json;
}

/** Text and bytes in the order in which they are sent. */
class Chunks {
  private readonly done: Buffer[] = [];
  private text = '';

  addText(text: string): void {
    this.text += text;
  }

  addBytes(bytes: Buffer): void {
    this.done.push(Buffer.from(this.text), bytes);
    this.text = '';
  }

  take(): Buffer[] {
    return this.text ? [...this.done, Buffer.from(this.text)] : this.done;
  }
}

function addObject(chunks: Chunks, entry: CacheEntry, include: IncludeObject): void {
  if (include === 'Object') {
    chunks.addText(',"object":');
    chunks.addBytes(entry.value);
  } else if (include === 'Metadata') {
    chunks.addText(',"object":{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":');
    chunks.addBytes(entry.metadata);
    chunks.addText('}');
  }
}

/** Objects of one kind as a Table, in JSON. */
export function encodeTable(kind: KindDefinition, entries: readonly CacheEntry[], { includeObject, nowMs, metadata, withColumns = true }: TableOptions): Buffer[] {
  const printer: TablePrinter<never> = kind.printer ?? defaultPrinter;
  const columnDefinitions: readonly Column[] | null = withColumns ? printer.columns : null;
  const chunks = new Chunks();
  chunks.addText(`${JSON.stringify({ kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions }).slice(0, -1)},"rows":[`);
  entries.forEach((entry, i) => {
    chunks.addText(`${i > 0 ? ',' : ''}{"cells":${cellsOf(printer, entry, nowMs)}`);
    addObject(chunks, entry, includeObject);
    chunks.addText('}');
  });
  chunks.addText(']}');
  return chunks.take();
}
