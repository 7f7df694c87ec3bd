import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['forgotten', 'clean'] as const;
const script = loadScript('forget-ids', { words: WORDS });

/** Removes one slot of remembered event ids that is over; `clean` when there is none. */
export async function forgetIds(redis: Redis, store: Store): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, { keys: store.keys, args: { prefixes: store.prefixesJson } });
  return answerOf('forget-ids', WORDS, answer)[0];
}
