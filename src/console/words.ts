import type { HistoryMinute } from '../inspect/history.ts';

/** What the triggers of an automation made of events. `all`: decisions; `counts`: how often each word came, several with one event too. */
export type DecidedWords = { all: number; counts: Map<string, number> };

/** The decisions of some minutes, by automation. Words that are joined since they came with one event (rules 17.13) are counted each. */
export function wordsOf(minutes: readonly HistoryMinute[]): Map<string, DecidedWords> {
  const found = new Map<string, DecidedWords>();
  for (const { decisions } of minutes) {
    for (const [id, joined] of Object.entries(decisions)) {
      const own = found.get(id) ?? { all: 0, counts: new Map<string, number>() };
      found.set(id, own);
      for (const [words, count] of Object.entries(joined)) {
        own.all += count;
        for (const word of words.split('+')) own.counts.set(word, (own.counts.get(word) ?? 0) + count);
      }
    }
  }
  return found;
}
