import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['forgotten', 'clean'] as const;
const script = loadScript('forget-early', { words: WORDS });

/** Hashes removed by one call: some microseconds each, however many keys are in them, since Redis frees them in the background. */
const LIMIT = 500;

/** Removes a piece of the remembered times that nobody can ask for any more; `clean` when there is none left. Safe to repeat. */
export async function forgetEarly(redis: Redis, store: Store, limit = LIMIT): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { prefixes: store.prefixesJson, limit: String(limit) },
  });
  return answerOf('forget-early', WORDS, answer)[0];
}
