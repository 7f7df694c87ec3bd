import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['forgotten', 'clean'] as const;
const script = loadScript('forget-history', { words: WORDS });

/** Records removed by one call: as many as entries of the log by one of `trim`, so that they go with it. */
const LIMIT = 10_000;

/** Removes a piece of what was changed before the log begins; `clean` when nothing is left of it that can go. Safe to repeat. */
export async function forgetHistory(redis: Redis, store: Store): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, { keys: store.keys, args: { limit: String(LIMIT) } });
  return answerOf('forget-history', WORDS, answer)[0];
}
