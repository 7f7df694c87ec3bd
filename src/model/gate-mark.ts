/** What may become of an action that does not go out at once. */
export const KEPT = ['silenced', 'dropped', 'held', 'held back', 'grouped'] as const;
export type KeptBack = (typeof KEPT)[number];

/**
 * What the relay did with some actions of a firing, and when (ms of Redis). `till`: until when they are held; `released`: when they were not
 * any more. `by`, `why`: of a silence; `closing`: the first firing that the closed budget held back; `group`: which one they joined;
 * `follows`: the firing whose way they go, since they end its alert.
 */
export type GateMark = Readonly<{
  what: KeptBack;
  at: number;
  actions: readonly number[];
  by?: string;
  why?: string;
  silence?: string;
  till?: number;
  released?: number;
  closing?: string;
  group?: string;
  follows?: string;
}>;

/** The mark that says where an action is now; null when it went out. */
export function markOf(marks: readonly GateMark[], action: number): GateMark | null {
  const last = marks.findLast(({ actions }) => actions.includes(action));
  return last === undefined || last.released !== undefined ? null : last;
}

/** The id of the job by which an action goes out: its own, or that of its group; null while it is kept back. */
export function jobIdBehind(marks: readonly GateMark[], action: number, own: string): string | null {
  const mark = markOf(marks, action);
  if (mark === null) return own;
  return mark.group === undefined ? null : `g-${mark.group}`;
}
