import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['noted', 'begun'] as const;
const script = loadScript('note-fed', { words: WORDS });

/**
 * Notes at a source how far a target was fed for good: what is behind stays in its log; see lua/note-fed.lua. Called once before the target is
 * fed at all. Safe to repeat, and late.
 * @returns id up to which all targets of the source were fed
 */
export async function noteFed(redis: Redis, source: Store, target: string, id: string): Promise<string> {
  const answer = await runScript(redis, script, { keys: source.keys, args: { group: `feed:${target}`, id } });
  return answerOf('note-fed', WORDS, answer)[1] ?? '';
}
