import type { Change } from './delivery';
import type { AttributesOf } from './entry';
import { isKeySelected } from './selection';
import type { Watcher } from './watcher';

/**
 * The watchers of a cache, found by change. A thousand kubelets each watch `spec.nodeName=<own>`: they are kept by that
 * value, so a pod's change is offered to its own kubelet (before and now) and to those who watch everything.
 */
export class WatcherIndex {
  private readonly general = new Set<Watcher>();
  private readonly byValue = new Map<string, Set<Watcher>>();

  /** @param indexedFields fields whose required value decides where a watcher is kept, best first */
  constructor(
    private readonly indexedFields: readonly string[],
    private readonly attributesOf: AttributesOf,
  ) {}

  add(watcher: Watcher): void {
    this.setOf(watcher, true).add(watcher);
  }

  remove(watcher: Watcher): void {
    const set = this.setOf(watcher, false);
    set.delete(watcher);
    const slot = this.slotOf(watcher);
    if (slot !== undefined && set.size === 0) this.byValue.delete(slot);
  }

  *[Symbol.iterator](): Iterator<Watcher> {
    yield* this.general;
    for (const set of this.byValue.values()) yield* set;
  }

  get size(): number {
    let size = this.general.size;
    for (const set of this.byValue.values()) size += set.size;
    return size;
  }

  /** Offers a change to everybody whom it may concern. */
  offer(change: Change): void {
    for (const watcher of this.general) this.offerTo(watcher, change);
    if (this.byValue.size === 0) return;
    for (const slot of this.slotsOf(change)) {
      for (const watcher of this.byValue.get(slot) ?? []) this.offerTo(watcher, change);
    }
  }

  private offerTo(watcher: Watcher, change: Change): void {
    const { selection } = watcher;
    if (!isKeySelected(selection, change.key)) return;
    const { matches } = selection;
    const delivery = matches
      ? change.deliveryFor(
          change.previous !== undefined && matches(change.previous.attributes(this.attributesOf)),
          change.current !== undefined && matches(change.current.attributes(this.attributesOf)),
        )
      : change.deliveryFor(change.previous !== undefined, change.current !== undefined);
    if (delivery) watcher.push(delivery);
  }

  private slotsOf(change: Change): Set<string> {
    const slots = new Set<string>();
    for (const entry of [change.previous, change.current]) {
      if (!entry) continue;
      const { fields } = entry.attributes(this.attributesOf);
      for (const field of this.indexedFields) slots.add(`${field}=${fields[field] ?? ''}`);
    }
    return slots;
  }

  private slotOf({ selection }: Watcher): string | undefined {
    const field = this.indexedFields.find((name) => selection.requiredFields?.[name] !== undefined);
    return field === undefined ? undefined : `${field}=${selection.requiredFields?.[field]}`;
  }

  private setOf(watcher: Watcher, create: boolean): Set<Watcher> {
    const slot = this.slotOf(watcher);
    if (slot === undefined) return this.general;
    const set = this.byValue.get(slot) ?? new Set();
    if (create) this.byValue.set(slot, set);
    return set;
  }
}
