import type { Redis } from 'ioredis';
import { ACTIONS_GROUP } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['forgotten', 'clean'] as const;
const script = loadScript('forget-revisions', { words: WORDS });

/** Documents removed by one call: a microsecond or two each. */
const LIMIT = 1_000;

/**
 * Removes a piece of the documents that no firing can ask for any more; `clean` when there is none left. Safe to repeat.
 * @param nowMs Redis time in ms
 */
export async function forgetRevisions(
  redis: Redis,
  store: Store,
  nowMs: number,
  limit = LIMIT,
): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { prefixes: store.prefixesJson, group: ACTIONS_GROUP, now_ms: String(nowMs), limit: String(limit) },
  });
  return answerOf('forget-revisions', WORDS, answer)[0];
}
