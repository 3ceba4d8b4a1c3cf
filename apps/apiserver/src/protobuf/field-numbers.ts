/**
 * Field numbers of the wire format. A row lists the fields of a definition by number from 1 on; `_` is a number that is
 * not used, and a number before names jumps there. `?` marks fields whose zero is a value of its own: absent and zero are
 * different things to it. `=core.v1.VolumeSource` is a message whose fields stand in the object itself in JSON.
 *
 * Lists have no rows: 1 is always their metadata, 2 their items.
 */
import { admissionregistrationRows } from './rows/admissionregistration';
import { appsRows } from './rows/apps';
import { autoscalingRows } from './rows/autoscaling';
import { coreRows } from './rows/core';
import { networkingRows } from './rows/networking';
import { othersRows } from './rows/others';
import { resourceRows } from './rows/resource';

/** By definition without its package's path: `core.v1.Pod`, `meta.v1.ObjectMeta`. */
export const wireRows: Readonly<Record<string, string>> = {
  ...coreRows,
  ...appsRows,
  ...autoscalingRows,
  ...admissionregistrationRows,
  ...networkingRows,
  ...resourceRows,
  ...othersRows,
};

/** One field as the wire knows it. */
export interface WireField {
  readonly name: string;
  /** Zero is sent only when it was set. */
  readonly isPointer: boolean;
  /** The fields that this message holds for the object around it. */
  readonly inline?: ReadonlyMap<number, WireField>;
}

export type WireFields = ReadonlyMap<number, WireField>;

const parsed = new Map<string, WireFields>();

/** The fields of a definition (`io.k8s.api.core.v1.Pod`) by number; undefined for those without a row. */
export const wireFieldsOf = (definition: string): WireFields | undefined => fieldsOfRow(definition.replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis|kube-aggregator\.pkg\.apis)\./, ''));

function fieldsOfRow(name: string): WireFields | undefined {
  const known = parsed.get(name);
  if (known) return known;
  const row = Object.hasOwn(wireRows, name) ? wireRows[name] : undefined;
  if (row === undefined) return undefined;
  const fields = parseRow(row);
  parsed.set(name, fields);
  return fields;
}

function parseRow(row: string): WireFields {
  const fields = new Map<number, WireField>();
  let number = 1;
  for (const word of row.split(' ').filter(Boolean)) {
    if (/^\d+$/.test(word)) number = Number(word);
    else {
      if (word !== '_') fields.set(number, fieldOf(word));
      number++;
    }
  }
  return fields;
}

function fieldOf(word: string): WireField {
  if (word.startsWith('=')) return { name: '', isPointer: false, inline: fieldsOfRow(word.slice(1)) ?? new Map() };
  return { name: word.replace('?', ''), isPointer: word.endsWith('?') };
}
