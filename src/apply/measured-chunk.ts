import type { Measured } from '../measure/work.ts';
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
  const decisions = new Map<string, Map<string, number>>();
  for (const [i, said] of applied.words.entries()) {
    const entry = chunk.entries[first + i];
    const end = said.indexOf(' ');
    const outcome = end === -1 ? said : said.slice(0, end);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (entry === undefined) continue;
    // An id may be chosen by its producer, and lie far from any clock; src/inspect/entry-ids.ts tells of those.
    measures.applyDelay.observe((nowMs - (entry.at ?? Number.parseInt(entry.entry, 10))) / 1_000);
    if ('trace' in entry) traceEntry({ entry, outcome, stream, fromMs: toMs - tookMs, toMs });
    if (end !== -1) addDecisions(decisions, chunk, entry, said.slice(end + 1).split(' '));
  }
  const rejected = outcomes.get('rejected') ?? 0;
  if (rejected > 0) measures.deadLetters.add('events', '', rejected);
  for (const { events, decisions: decided } of works) {
    for (const [outcome, count] of outcomes) events.add(outcome, '', count);
    for (const [automation, words] of decisions)
      for (const [word, count] of words) decided.add(automation, word, count);
  }
}

/** One word for each trigger that the event met, in the order of its matches. */
function addDecisions(
  decisions: Map<string, Map<string, number>>,
  chunk: Chunk,
  entry: ChunkEntry,
  words: readonly string[],
): void {
  if (!('matches' in entry) || entry.matches.length !== words.length) return;
  for (const [i, { trigger }] of entry.matches.entries()) {
    const automation = chunk.triggers[trigger - 1]?.automation ?? '';
    const word = words[i] ?? '';
    const counts = decisions.get(automation) ?? new Map<string, number>();
    decisions.set(automation, counts);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
}
