import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['noted', 'repeated'] as const;
const script = loadScript('note-minutes', { words: WORDS });

/** A count: its field, the same without the automation, and how often. */
export type MinuteCount = readonly [field: string, without: string, count: number];

/** What a worker counted. `hour`: since 1970; `number`: of this call among those of the worker, rising. */
export type CountedMinute = Readonly<{ hour: number; worker: string; number: number; counts: readonly MinuteCount[] }>;

/** Adds it to the history; see lua/note-minutes.lua. Safe to repeat. */
export async function noteMinutes(
  redis: Redis,
  store: Store,
  { hour, worker, number, counts }: CountedMinute,
): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, {
    keys: { hour: store.prefixes.minutes + hour },
    args: { worker, number: String(number) },
    rest: counts.flatMap(([field, without, count]) => [field, without, String(count)]),
  });
  return answerOf('note-minutes', WORDS, answer)[0];
}
