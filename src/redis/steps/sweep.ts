import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['swept', 'clean'] as const;
const script = loadScript('sweep', { words: WORDS });

/** Keys removed by one call: UNLINK costs about a microsecond each. */
const LIMIT = 500;

/** Removes a piece of the state of definitions that are gone; `clean` when there is none left. */
export async function sweep(redis: Redis, store: Store): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { prefixes: store.prefixesJson, limit: String(LIMIT) },
  });
  return answerOf('sweep', WORDS, answer)[0];
}
