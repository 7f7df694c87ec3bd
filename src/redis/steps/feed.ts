import type { Redis } from 'ioredis';
import type { Entry } from '../../model/intake.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['fed', 'already-fed', 'not-my-turn', 'not-open', 'stale-definitions'] as const;
const script = loadScript('feed', { words: WORDS });

/**
 * What one call feeds: of the entries of `source` behind `from`, up to `to`, those that concern the target, in their order, with at most
 * 7,000 texts each. `generation`: that of the definitions of the target that said what concerns it; null where that does not hang on it.
 */
export type FeedCall = Readonly<{
  source: string;
  from: string;
  to: string;
  entries: readonly Entry[];
  generation?: string | null;
}>;

/** `mark`: id of the source up to which the target is fed; '' when it is not open. */
export type Fed = Readonly<{ word: (typeof WORDS)[number]; mark: string }>;

/**
 * Feeds a log with entries of another one, each exactly once; see lua/feed.lua. Safe to repeat, late, and beside any number of others.
 * @param target the engine whose log is fed
 */
export async function feed(
  redis: Redis,
  target: Store,
  { source, from, to, entries, generation = null }: FeedCall,
): Promise<Fed> {
  const rest = entries.flatMap(({ id, fields }) => [id, String(fields.length), ...fields]);
  const answer = await runScript(redis, script, {
    keys: target.keys,
    args: { source, from, to, generation: generation ?? '', now_ms: target.virtualNow() },
    rest,
  });
  const [word, mark = ''] = answerOf('feed', WORDS, answer);
  return { word, mark };
}
