import type { Redis } from 'ioredis';
import { ACTIONS_GROUP } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import { answerOf } from './answer.ts';

const WORDS = ['rejected', 'gone'] as const;
const script = loadScript('reject-firing', { words: WORDS });

/** A firing, by its stream id, that can never be relayed; `error`: what was thrown, or ''. */
export type DeadFiring = { entry: string; reason: string; error: string };

/** Moves it to the dead letters and acknowledges it; `gone` when another relay has done so. Safe to repeat. */
export async function rejectFiring(
  redis: Redis,
  keys: { firings: string; dead: string; outdated: string },
  { entry, reason, error }: DeadFiring,
): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, {
    keys: { firings: keys.firings, dead: keys.dead, outdated: keys.outdated },
    args: { group: ACTIONS_GROUP, entry, reason, error },
  });
  return answerOf('reject-firing', WORDS, answer)[0];
}
