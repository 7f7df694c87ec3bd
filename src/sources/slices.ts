import type { Brought } from '../redis/steps/bring-in.ts';

/** What one call brings in at most. Redis is busy with it for a few ms; the entry that passes the second bound can have any size. */
const SLICE_ENTRIES = 500;
const SLICE_CHARACTERS = 1_000_000;

/** An entry of a source, and what is brought in of it: an event, several, a dead letter, or nothing. */
export type Item = Readonly<{ place: string; brought: readonly Brought[] }>;

/** Consecutive items that one call brings in, up to the place of the last one. */
export type InflowSlice = Readonly<{ to: string; items: number; entries: readonly Brought[]; characters: number }>;

/** What is brought in by one call each, in order; an item is never cut. */
export function slicesOf(items: readonly Item[]): InflowSlice[] {
  const slices: InflowSlice[] = [];
  let [count, entries, characters]: [number, Brought[], number] = [0, [], 0];
  for (const [i, { place, brought }] of items.entries()) {
    count += 1;
    entries.push(...brought);
    for (const { fields } of brought) for (const text of fields) characters += text.length;
    const full = entries.length >= SLICE_ENTRIES || characters >= SLICE_CHARACTERS;
    if (!full && i < items.length - 1) continue;
    slices.push({ to: place, items: count, entries, characters });
    [count, entries, characters] = [0, [], 0];
  }
  return slices;
}
