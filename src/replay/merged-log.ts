import { FRONT, fedEntryIn } from '../model/fed.ts';
import { type Entry, sourceMovesOf } from '../model/intake.ts';
import { byId, isAfter } from '../redis/log.ts';
import { placedBehind } from './player.ts';
import { ownIn } from './run.ts';

/*
 * The logs of partitions as the one log that an engine without partitions would have: each event once, where it came to the namespace.
 */

/** An entry of a partition as it came to the namespace; null for what another log has, or what speaks of logs alone. */
export function asItCame(entry: Entry): Entry | null {
  const inner = ownIn(entry);
  const fed = fedEntryIn(inner);
  // That of another partition stands in its log.
  if (fed !== null) return fed.source === FRONT ? { ...entry, id: fed.id } : null;
  return sourceMovesOf(entry).length > 0 ? null : entry;
}

type MergedSource = { readonly pages: AsyncIterator<readonly Entry[]>; page: readonly Entry[]; over: boolean };

/** Merges logs by the ids of their entries, page by page; ids rise. Of each log one page is held at a time. */
export async function* mergedLog(logs: readonly AsyncIterable<readonly Entry[]>[]): AsyncGenerator<Entry[]> {
  let open: MergedSource[] = logs.map((log) => ({ pages: log[Symbol.asyncIterator](), page: [], over: false }));
  let last = '0-0';
  for (;;) {
    await Promise.all(open.filter(({ page }) => page.length === 0).map(readOn));
    open = open.filter(({ over }) => !over);
    if (open.length === 0) return;
    const ends = open.map(({ page }) => page.at(-1)?.id ?? '0-0');
    const bound = ends.reduce((least, id) => (isAfter(least, id) ? id : least));
    const given = open.flatMap(({ page }) => page.filter(({ id }) => !isAfter(id, bound)));
    for (const one of open) one.page = one.page.filter(({ id }) => isAfter(id, bound));
    const rising: Entry[] = [];
    for (const entry of given.sort(byId)) {
      const placed = placedBehind(last, entry);
      last = placed.id;
      rising.push(placed);
    }
    yield rising;
  }
}

async function readOn(source: MergedSource): Promise<void> {
  while (source.page.length === 0 && !source.over) {
    const { value, done } = await source.pages.next();
    if (done) source.over = true;
    else source.page = value;
  }
}
