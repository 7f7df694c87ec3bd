import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Entry } from '../model/intake.ts';
import type { Chunk } from '../redis/wire.ts';
import { chunkOf, type Look, lookAt } from './chunk.ts';
import type { Definitions } from './loaded-definitions.ts';
import type { Verdict } from './poison.ts';

/** How long one call of `apply` is to keep Redis busy, in µs; others wait as long. A fivefold error still leaves them their 5 ms. */
const BUDGET_US = 1_000;

/** How long entries are looked at before this process does what else there is to do, such as asking whether it is its turn. */
const SLICE_MS = 4;

/**
 * How long the entries of one read are looked at, at most. Others believe a worker gone that has not been seen to move for
 * TAKE_OVER_MS, and begin to do its work: four workers on two cores that match for a second at a time would all do each other's.
 */
const LOOK_MS = 250;

/** Text of one call, in characters: far below what Redis and a string take, and some ten milliseconds of both. */
const CHUNK_CHARACTERS = 8_000_000;

/** Entries that were decoded and matched against one generation of the definitions, by id. */
export type Looks = Readonly<{ generation: string; found: ReadonlyMap<string, Look> }>;

/** The next entries as they go into one call, or why they cannot. */
export type Draft = Readonly<
  { entries: readonly Entry[]; chunk: Chunk } | { entries: readonly Entry[]; fault: unknown }
>;

export type Drafting = Readonly<{ definitions: Definitions; setAside: ReadonlyMap<string, Verdict> }>;

/**
 * Decodes and matches entries, which can take far longer than to apply them, bit by bit. What cannot be matched, or comes
 * after a change of the definitions, is left to the draft.
 */
export async function lookThrough(entries: readonly Entry[], definitions: Definitions, clock: Clock): Promise<Looks> {
  const { generation } = definitions.view;
  const found = new Map<string, Look>();
  let sinceMs = clock.nowMs();
  for (const entry of entries) {
    try {
      found.set(entry.id, lookAt(entry, definitions.view));
    } catch {
      break;
    }
    if (clock.nowMs() - sinceMs < SLICE_MS) continue;
    await turnOfOthers();
    if (definitions.view.generation !== generation) break;
    sinceMs = clock.nowMs();
  }
  return { generation, found };
}

/** How many entries to read next, at most `most`, after `count` took so long to look through. */
export function nextRead(count: number, tookMs: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor((count * LOOK_MS) / Math.max(tookMs, 1))));
}

/** What goes into the next call: the first of `entries` that fit. A draft that still holds is kept. */
export function draftOf(
  entries: readonly Entry[],
  { definitions, setAside }: Drafting,
  looks: Looks | null,
  old: Draft | null,
): Draft {
  const { view } = definitions;
  const holds =
    old !== null &&
    'chunk' in old &&
    old.chunk.generation === view.generation &&
    old.entries[0] === entries[0] &&
    old.entries.length <= entries.length &&
    !old.entries.some(({ id }) => setAside.has(id));
  if (holds) return old;
  const fit = fitting(entries);
  try {
    const chunk = chunkOf(fit, view, setAside, {
      budgetUs: BUDGET_US,
      ...(looks?.generation === view.generation && { looks: looks.found }),
    });
    return { entries: fit.slice(0, chunk.entries.length), chunk };
  } catch (fault) {
    return { entries: fit, fault };
  }
}

/** The first entries whose text fits into one call; at least one. */
function fitting(entries: readonly Entry[]): readonly Entry[] {
  let characters = 0;
  for (const [i, { fields }] of entries.entries()) {
    for (const text of fields) characters += text.length;
    if (characters > CHUNK_CHARACTERS && i > 0) return entries.slice(0, i);
  }
  return entries;
}
