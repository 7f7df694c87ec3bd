import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['more', 'done'] as const;
const script = loadScript('take-next', { words: WORDS });

/** Keys of one call: a microsecond each. */
const LIMIT = 500;

/** Puts a piece of what stands ready in the place of what stood there; see lua/take-next.lua. Safe to repeat. */
export async function takeNext(redis: Redis, store: Store): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, { keys: store.keys, args: { limit: String(LIMIT) } });
  return answerOf('take-next', WORDS, answer)[0];
}
