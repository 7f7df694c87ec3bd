import { writeExact } from '../model/exact.ts';
import { FED_FORMS, FRONT } from '../model/fed.ts';
import { flatDocument } from '../model/flat.ts';
import { type Entry, ownFormOf } from '../model/intake.ts';

/** What one call feeds at most. Redis is busy with it for a few ms; the entry that passes the second bound can have any size. */
const SLICE_ENTRIES = 500;
const SLICE_CHARACTERS = 1_000_000;

/** A script takes no more texts of one entry. */
const MOST_TEXTS = 7_000;

/** Forms of the engine that other logs need not have: they get the same by themselves, or it is of this log alone. */
const OF_ONE_LOG: ReadonlySet<string> = new Set(['released', ...FED_FORMS]);

/** What the front log says of its own sources goes on: nobody else tells the partitions. */
const OF_FRONT: ReadonlySet<string> = new Set(['released']);

/**
 * An entry of a source as others are fed with it; null where it stays in its log.
 * @param genuine whether the engine wrote it, where it says so
 */
export function asFed(entry: Entry, genuine: boolean, source: string): Entry | null {
  const claims = ownFormOf(entry.fields);
  if (claims === null) return fitting(entry);
  // It becomes a dead letter there, as lua/include/rebuild.lua has it.
  if (!genuine) return fitting({ id: entry.id, fields: ['forged', '', ...entry.fields] });
  const form = claims === 'straightened' ? (entry.fields[2] ?? '') : claims;
  return (source === FRONT ? OF_FRONT : OF_ONE_LOG).has(form) ? null : fitting(entry);
}

/** With its fields as one document where they are too many for a script. */
function fitting(entry: Entry): Entry {
  if (entry.fields.length <= MOST_TEXTS) return entry;
  try {
    return { id: entry.id, fields: ['data', writeExact(flatDocument(entry.fields))] };
  } catch {
    // It is no event, so it becomes a dead letter with its beginning.
    return { id: entry.id, fields: entry.fields.slice(0, MOST_TEXTS) };
  }
}

export type FeedSlice = Readonly<{ entries: readonly Entry[]; to: string }>;

/** What is fed by one call each; the last one goes up to `to`, the end of what was read. */
export function slicesOf(entries: readonly Entry[], to: string): FeedSlice[] {
  const slices: FeedSlice[] = [];
  let [begun, characters]: [Entry[], number] = [[], 0];
  for (const entry of entries) {
    if (begun.length >= SLICE_ENTRIES || characters >= SLICE_CHARACTERS) {
      slices.push({ entries: begun, to: begun.at(-1)?.id ?? to });
      [begun, characters] = [[], 0];
    }
    begun.push(entry);
    for (const text of entry.fields) characters += text.length;
  }
  return [...slices, { entries: begun, to }];
}
