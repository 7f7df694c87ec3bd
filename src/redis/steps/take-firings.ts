import type { Redis } from 'ioredis';
import { ACTIONS_GROUP } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import { answerOf } from './answer.ts';

const WORDS = ['taken', 'none'] as const;
const script = loadScript('take-firings', { words: WORDS });

/** An entry of the ledger: id and flat fields. */
export type TakenFiring = [id: string, fields: string[]];

/**
 * Takes up to `count` firings that no relay has read, without waiting for any; see lua/take-firings.lua. Not safe to repeat: what
 * went down with a lost answer is found among the consumer's unacknowledged.
 */
export async function takeFirings(
  redis: Redis,
  firings: string,
  consumer: string,
  count: number,
): Promise<TakenFiring[]> {
  const answer = await runScript(redis, script, {
    keys: { firings },
    args: { group: ACTIONS_GROUP, consumer, count: String(count) },
  });
  return JSON.parse(answerOf('take-firings', WORDS, answer)[1] ?? '[]') as TakenFiring[];
}
