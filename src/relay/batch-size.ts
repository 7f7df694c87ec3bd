import type { Item } from './outbox.ts';

/** Firings of one read: at first few, because nobody knows how large they are; at most several calls of `addBulk`. */
export const FIRST_READ = 25;
const LARGEST_READ = 200;

/** Characters that one read may bring: an event can have 1.5 MB, and a job repeats it, so hundreds of those would not fit. */
const LARGEST_BATCH = 4_000_000;

/** How many firings to read next, after a read of `count` that brought `items`. */
export function nextRead(count: number, items: readonly Item[]): number {
  if (items.length === 0) return count;
  let characters = 0;
  for (const { fields } of items) for (const field of fields ?? []) characters += field.length;
  const fitting = Math.floor((LARGEST_BATCH * items.length) / Math.max(characters, 1));
  return Math.max(1, Math.min(fitting, count * 2, LARGEST_READ));
}
