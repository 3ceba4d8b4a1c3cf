import type { Operation } from '../storage';
import { decodeRevision, expiryKey, parseExpiryKey } from './row-keys';
import type { Table } from './table';

/** A row of the table of expiries whose time has come, and the deletion it asks for. */
export interface Expiry {
  readonly row: string;
  readonly operation: Operation;
}

/** What has ended by `nowMs`, oldest first, at most `limit`. An entry written again since then is not concerned. */
export function dueExpiries(expiries: Table, nowMs: number, limit: number): Expiry[] {
  const due: Expiry[] = [];
  for (const { key: row, value } of expiries.range('', expiryKey(nowMs + 1, ''))) {
    if (due.length >= limit) break;
    due.push({ row, operation: { type: 'delete', key: parseExpiryKey(row), expected: decodeRevision(value) } });
  }
  return due;
}
