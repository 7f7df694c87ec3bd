import type { ModelEvent } from './event.ts';
import { interest, keyOf } from './keys.ts';
import { keyText, type Loaded } from './state.ts';

/** Rules 6, `hold`: catching up leaves the windows alone that this event, just parked, may yet fill. */
export function hold(loaded: Loaded, event: ModelEvent): void {
  for (const node of loaded.nodes) {
    if (node.kind !== 'event' || node.trigger.posture !== 'Proactive') continue;
    const found = interest(node.trigger, event);
    if (found === null || !(found.expects || found.resets)) continue;
    const text = keyText(keyOf(event, node.trigger.forEach));
    const ids = node.holds.get(text) ?? new Set();
    node.holds.set(text, ids.add(event.id));
  }
}

/**
 * The parked event came back, by an entry with this as_of.
 * Reading: it has come back, too, when its entry turns out to be a duplicate.
 */
export function unhold(loaded: Loaded, id: string, asOf: number): void {
  for (const node of loaded.nodes) {
    if (node.kind !== 'event') continue;
    for (const [text, ids] of node.holds) {
      if (!ids.delete(id) || ids.size > 0) continue;
      node.holds.delete(text);
      // What was held may be over at this very as_of.
      node.forgotAsOf = Number.NEGATIVE_INFINITY;
      const window = node.windows.get(text);
      if (window !== undefined) window.due = Math.max(window.due, asOf);
    }
  }
}
