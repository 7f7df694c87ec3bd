import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['marked', 'wanted', 'not-wanted', 'too-soon', 'no-gain'] as const;
const script = loadScript('mark-fed', { words: WORDS });

/**
 * What is promised of a source: the log is fed up to `from`, nothing up to `to` concerns it, and no entry will come that arrives before
 * `reachedMs`.
 */
export type SourcePromise = Readonly<{ source: string; from: string; to: string; reachedMs: number }>;

/**
 * Adds a mark to a fed log, where something is due that its sources hold back; see lua/mark-fed.lua. Safe to repeat, and late.
 * @param promises of all sources that could be asked; without any it only says whether a mark is wanted
 */
export async function markFed(
  redis: Redis,
  target: Store,
  promises: readonly SourcePromise[],
): Promise<(typeof WORDS)[number]> {
  const rest = promises.flatMap(({ source, from, to, reachedMs }) => [source, from, to, String(reachedMs)]);
  const answer = await runScript(redis, script, {
    keys: target.keys,
    args: { prefixes: target.prefixesJson, now_ms: target.virtualNow() },
    rest,
  });
  return answerOf('mark-fed', WORDS, answer)[0];
}
