import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import { answerOf } from './answer.ts';

const WORDS = ['gone', 'right', 'recounted', 'unsure'] as const;
const script = loadScript('recount', { words: WORDS });

/** Entries that may be unread when it is counted anew: some hundred kilobytes that a script has to hold. */
const LIMIT = 100;

/** Corrects what Redis believes a group to have read, see lua/recount.lua. */
export async function recount(redis: Redis, stream: string, group: string): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, { keys: { stream }, args: { group, limit: String(LIMIT) } });
  return answerOf('recount', WORDS, answer)[0];
}
