import type { EventNode, Marks } from './state.ts';
import { KEEP_MS } from './windows.ts';

const NEVER = Number.NEGATIVE_INFINITY;

/** What the key keeps beside its window, made where there is nothing yet. */
export function marksOf(node: EventNode, text: string): Marks {
  const known = node.marks.get(text);
  if (known !== undefined) return known;
  const nothing = { quiet: NEVER, quietUntil: NEVER, floor: NEVER, floorUntil: NEVER };
  const marks: Marks = { ...nothing, list: [], listUntil: NEVER, applied: 0 };
  node.marks.set(text, marks);
  return marks;
}

/** Rules 17.4: the key is quiet from its firing at t (sliding: N) on. */
export function quieten(node: EventNode, text: string, from: number, asOf: number): void {
  const { cooldownMs = 0 } = node.trigger;
  if (cooldownMs === 0) return;
  const marks = marksOf(node, text);
  marks.quiet = from + cooldownMs;
  marks.quietUntil = Math.max(marks.quiet, asOf) + KEEP_MS;
}

/** Sets the floor; of a sliding key the larger of both. `until`: as_of until which it is kept, where that is said. */
export function raiseFloor(node: EventNode, text: string, floor: number, asOf: number, until?: number): void {
  const marks = marksOf(node, text);
  if (node.trigger.sliding === true) {
    marks.floor = Math.max(marks.floor, floor);
    // What ends by time has changed at that time, whichever entry shows it.
    touch(node, marks, asOf, until === undefined ? asOf : until - KEEP_MS);
    return;
  }
  marks.floor = floor;
  marks.floorUntil = until ?? Math.max(floor, asOf) + KEEP_MS;
}

/** Rules 17.3, `keep_until`, after a change of the record of a sliding key. `changed`: as_of of the change. */
export function touch(node: EventNode, marks: Marks, asOf: number, changed = asOf): void {
  if (marks.quietUntil <= asOf) marks.quiet = NEVER; // what is over by then is not kept any longer by the change
  const newest = Math.max(...marks.list.map(({ t }) => t + node.trigger.withinMs), NEVER);
  const until = Math.max(newest, marks.floor, marks.quiet, changed) + KEEP_MS;
  marks.quietUntil = until;
  marks.floorUntil = until;
  marks.listUntil = until;
}

/** What is over at `asOf` is forgotten. */
export function forgetMarks(node: EventNode, asOf: number): void {
  for (const [text, marks] of node.marks) {
    if (marks.quietUntil <= asOf) marks.quiet = NEVER;
    if (marks.floorUntil <= asOf) marks.floor = NEVER;
    if (marks.listUntil <= asOf) marks.list = [];
    if (Math.max(marks.quietUntil, marks.floorUntil, marks.listUntil) <= asOf) node.marks.delete(text);
  }
}
