import type { Entry } from '../model/intake.ts';
import { LATEST_MS } from '../model/timestamp.ts';
import type { Overview } from '../redis/overview.ts';

/** How far ahead of Redis time the id of an entry may lie, and the smallest that is a time (rules 1 and 4). */
export const CLOCK_SKEW_MS = 5_000;
export const EARLIEST_ID_MS = 1_000_000_000_000;

/**
 * What is wrong with the ids of the log (rules 4, Straightening). `unusable`: an id that no entry can have arrived under; workers give
 * such entries ids of the present. `clockBehindMs`: how far Redis' clock lies behind the position, when it was set back.
 */
export type EntryIds = Readonly<{ unusable: string | null; clockBehindMs: number }>;

/** As lua/straighten.lua judges them. `waiting`: the oldest entry that is not applied. */
export function entryIdsOf({ nowMs, position, lastId, straightens }: Overview, waiting: Entry | undefined): EntryIds {
  const positionMs = position === null ? 0 : msOf(position);
  const isAhead = msOf(lastId) > Math.max(nowMs, positionMs) + CLOCK_SKEW_MS;
  const isLow = waiting !== undefined && msOf(waiting.id) < EARLIEST_ID_MS;
  const behindMs = positionMs - nowMs;
  let unusable: string | null = null;
  if (isAhead || straightens) unusable = lastId;
  else if (isLow) unusable = waiting.id;
  else if (positionMs > LATEST_MS) unusable = position;
  return { unusable, clockBehindMs: unusable === null && behindMs > CLOCK_SKEW_MS ? behindMs : 0 };
}

function msOf(id: string): number {
  return Number(id.slice(0, id.indexOf('-')));
}
