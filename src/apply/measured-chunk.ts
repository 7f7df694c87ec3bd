import type { Measured } from '../measure/work.ts';
import { msOf } from '../model/intake.ts';
import type { Applied } from '../redis/steps/apply.ts';
import type { Chunk, ChunkEntry } from '../redis/wire.ts';
import { traceEntry } from './traced-entries.ts';

/** A call that applied entries: what it was sent, what Redis answered, and the number of the first entry that `words` speaks of. */
export type MeasuredCall = Readonly<{
  chunk: Chunk;
  applied: Applied;
  first: number;
  tookMs: number;
  toMs: number;
  stream: string;
}>;

/** Counts what became of the entries of a chunk, and goes on with their traces. `toMs`: when the answer was there. */
export function measureCall({ measures, works }: Measured, call: MeasuredCall): void {
  const { chunk, applied, first, tookMs, toMs, stream } = call;
  const nowMs = toMs + measures.offsetMs;
  measures.calls.apply.observe(tookMs / 1_000);
  measures.batch.observe(applied.words.length);
  const outcomes = new Map<string, number>();
  let [arrivedMs, arrived] = [Number.NaN, 0];
  const observe = (): void => {
    if (arrived > 0) measures.applyDelay.observe((nowMs - arrivedMs) / 1_000, arrived);
  };
  const { words } = applied;
  for (let i = 0; i < words.length; i += 1) {
    const said = words[i] ?? '';
    const end = said.indexOf(' ');
    const outcome = end === -1 ? said : said.slice(0, end);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const entry = chunk.entries[first + i];
    if (entry === undefined) continue;
    // An id may be chosen by its producer, and lie far from any clock; src/inspect/entry-ids.ts tells of those.
    const ms = entry.at ?? msOf(entry.entry);
    // Many of a chunk came in one millisecond.
    if (ms !== arrivedMs) {
      observe();
      [arrivedMs, arrived] = [ms, 0];
    }
    arrived += 1;
    if ('trace' in entry) traceEntry({ entry, outcome, stream, fromMs: toMs - tookMs, toMs });
    if (end !== -1) addDecisions(works, chunk, entry, said.slice(end + 1));
  }
  observe();
  const rejected = outcomes.get('rejected') ?? 0;
  if (rejected > 0) measures.deadLetters.add('events', '', rejected);
  for (const { events } of works) for (const [outcome, count] of outcomes) events.add(outcome, '', count);
}

/** One word for each trigger that the event met, in the order of its matches. Most events meet one. */
function addDecisions(works: Measured['works'], { triggers }: Chunk, entry: ChunkEntry, said: string): void {
  if (!('matches' in entry)) return;
  const { matches } = entry;
  const words = matches.length === 1 ? [said] : said.split(' ');
  if (matches.length !== words.length) return;
  for (const [i, { trigger }] of matches.entries()) {
    const automation = triggers[trigger - 1]?.automation ?? '';
    for (const { decisions } of works) decisions.add(automation, words[i]);
  }
}
