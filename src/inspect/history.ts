import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { countsOfHour } from '../redis/minutes.ts';
import type { Store } from '../redis/store.ts';

/** How far back it goes: workers keep two days (lua/include/limits.lua). */
export const HISTORY_MINUTES = 48 * 60;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Counts by name: how often each word came. */
export type CountsByWord = Readonly<Record<string, number>>;

/**
 * What happened in a minute. `at`: its beginning, in ms. `events`: by outcome; `decisions`: by automation (its id, or `other`) and what
 * its triggers made of events; `firings`: by automation and state.
 */
export type HistoryMinute = Readonly<{
  at: number;
  events: CountsByWord;
  decisions: Readonly<Record<string, CountsByWord>>;
  firings: Readonly<Record<string, CountsByWord>>;
}>;

/** `minutes`: how many, up to now; `automation`: decisions and firings of that one alone, by its id. */
export type HistoryQuery = Readonly<{ minutes?: number; automation?: string }>;

type Mutable = {
  at: number;
  events: Record<string, number>;
  decisions: Record<string, Record<string, number>>;
  firings: Record<string, Record<string, number>>;
};

/** The minutes that are asked for, oldest first, without anything in them. @throws InvalidDocument */
export function blankMinutes(nowMs: number, minutes: number): HistoryMinute[] {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > HISTORY_MINUTES)
    throw new InvalidDocument('minutes', `must be a whole number from 1 to ${HISTORY_MINUTES}`, minutes);
  const last = Math.floor(nowMs / MINUTE_MS);
  return Array.from({ length: minutes }, (_, i) => ({
    at: (last - minutes + 1 + i) * MINUTE_MS,
    events: {},
    decisions: {},
    firings: {},
  }));
}

/** Adds what an engine has counted to its minutes, hour by hour. */
export async function addHistory(
  redis: Redis,
  store: Store,
  minutes: readonly HistoryMinute[],
  automation: string | undefined,
): Promise<void> {
  const byTime = new Map(minutes.map((one) => [one.at, one as Mutable]));
  for (const hour of new Set(minutes.map(({ at }) => Math.floor(at / HOUR_MS)))) {
    for (const { field, count } of await countsOfHour(redis, store, hour)) {
      const minute = byTime.get(hour * HOUR_MS + field.minute * MINUTE_MS);
      if (minute === undefined) continue;
      if (field.kind === 'event') add(minute.events, field.word, count);
      else if (automation === undefined || automation === field.automation) {
        const of = field.kind === 'decision' ? minute.decisions : minute.firings;
        of[field.automation] ??= {};
        add(of[field.automation] ?? {}, field.word, count);
      }
    }
  }
}

function add(counts: Record<string, number>, word: string, count: number): void {
  counts[word] = (counts[word] ?? 0) + count;
}
