import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['more', 'done'] as const;
const script = loadScript('mend-deadlines', { words: WORDS });

/** Windows of one call: about a millisecond. */
const LIMIT = 1_000;

/**
 * Gives the next windows of a trigger their places in its deadlines, see lua/mend-deadlines.lua.
 * @param cursor where the last call ended, `0` to begin with
 * @returns where to go on, null at the end
 */
export async function mendDeadlines(redis: Redis, store: Store, name: string, cursor: string): Promise<string | null> {
  const { windows, deadlines } = store.prefixes;
  const answer = await runScript(redis, script, {
    keys: { due: store.keys.due, windows: windows + name, deadlines: deadlines + name },
    args: { name, cursor, limit: String(LIMIT) },
  });
  const [word, next = '0'] = answerOf('mend-deadlines', WORDS, answer);
  return word === 'more' ? next : null;
}
