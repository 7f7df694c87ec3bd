import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['straight', 'more'] as const;
const script = loadScript('straighten', { words: WORDS });

/** Entries that one call reads: below 10 ms of Redis where they are small (measured); where they are large, their bytes bound it. */
export const STRAIGHTEN_LIMIT = 500;

/** `straight`: all ids are usable. `more`: call it again. `moved`: entries that got another id by this call. */
export type Straightened = { word: (typeof WORDS)[number]; moved: number };

/**
 * Gives entries without a usable id ids of the present, a few at a time; see lua/straighten.lua. Safe to repeat.
 * @param look `given`: entries that no worker has read yet are left for later
 */
export async function straighten(
  redis: Redis,
  store: Store,
  limit = STRAIGHTEN_LIMIT,
  look: 'given' | 'all' = 'all',
): Promise<Straightened> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { now_ms: store.virtualNow(), limit: String(limit), look },
  });
  const [word, moved] = answerOf('straighten', WORDS, answer);
  return { word, moved: Number(moved) };
}
