import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['closed', 'not-open'] as const;
const script = loadScript('close-source', { words: WORDS });

/** Ends feeding a log from a source, whose time it does not wait for any more; see lua/close-source.lua. Safe to repeat. */
export async function closeSource(redis: Redis, target: Store, source: string): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, { keys: target.keys, args: { source, now_ms: target.virtualNow() } });
  return answerOf('close-source', WORDS, answer)[0];
}
