import type { Redis } from 'ioredis';
import { ACTIONS_GROUP } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import { answerOf } from './answer.ts';

const WORDS = ['buried', 'gone'] as const;
const script = loadScript('bury-firing', { words: WORDS });

/** A firing that can never be relayed; `fields` null when it was trimmed away. */
export type DeadFiring = { entry: string; reason: string; fields: readonly string[] | null };

/** Puts it to the dead letters and acknowledges it; `gone` when somebody has finished it before. Safe to repeat. */
export async function buryFiring(
  redis: Redis,
  keys: { firings: string; dead: string },
  { entry, reason, fields }: DeadFiring,
): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, {
    keys: { firings: keys.firings, dead: keys.dead },
    args: { group: ACTIONS_GROUP, entry, reason, fields: JSON.stringify(fields ?? []) },
  });
  return answerOf('bury-firing', WORDS, answer)[0];
}
