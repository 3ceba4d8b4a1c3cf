import type { Change } from './delivery';
import { windowBytesMax, windowChangesMax, windowChangesMin } from './limits';

/** The last changes in order of revision: a queue bounded by number and bytes. */
export class ChangeWindow {
  private changes: Change[] = [];
  private first = 0;
  private bytes = 0;

  /** @param floor changes after this revision are all here */
  constructor(public floor: number) {}

  push(change: Change): void {
    this.changes.push(change);
    this.bytes += sizeOf(change);
    while (this.length > windowChangesMax || (this.bytes > windowBytesMax && this.length > windowChangesMin)) this.shift();
    if (this.first > 1_000 && this.first * 2 > this.changes.length) {
      this.changes = this.changes.slice(this.first);
      this.first = 0;
    }
  }

  reset(floor: number): void {
    this.changes = [];
    this.first = 0;
    this.bytes = 0;
    this.floor = floor;
  }

  /** All changes after `revision`, which must not be below the floor. */
  since(revision: number): Change[] {
    let low = this.first;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.changes[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return this.changes.slice(low);
  }

  private get length(): number {
    return this.changes.length - this.first;
  }

  private shift(): void {
    const change = this.changes[this.first++];
    if (!change) return;
    this.bytes -= sizeOf(change);
    this.floor = Math.max(this.floor, change.revision);
  }
}

const sizeOf = (change: Change): number => change.current?.value.length ?? change.previous?.value.length ?? 0;
