import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['forgotten', 'clean'] as const;
const script = loadScript('forget-ids', { words: WORDS });

/** Hashes removed by one call: UNLINK costs about a microsecond each. */
const LIMIT = 1_000;

/** Removes a piece of the remembered event ids that are outdated; `clean` when there is none left. */
export async function forgetIds(redis: Redis, store: Store): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { prefixes: store.prefixesJson, limit: String(LIMIT) },
  });
  return answerOf('forget-ids', WORDS, answer)[0];
}
