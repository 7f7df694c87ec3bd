import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['raised', 'more', 'higher'] as const;
const script = loadScript('raise-id', { words: WORDS });

/**
 * Raises the last id of a source, so that no entry can come at or before it; see lua/raise-id.lua.
 * @param behind no entry may stand behind this id, or nothing is raised (`more`); null where that is no matter
 * @param to the id; null for the present
 * @returns `higher` where the last id was behind it already; `last`: the last id, '' with `more`
 */
export async function raiseId(
  redis: Redis,
  source: Store,
  { behind, to }: Readonly<{ behind: string | null; to: string | null }>,
): Promise<{ word: (typeof WORDS)[number]; last: string }> {
  const answer = await runScript(redis, script, {
    keys: source.keys,
    args: { behind: behind ?? '', to: to ?? '', now_ms: source.virtualNow() },
  });
  const [word, last = ''] = answerOf('raise-id', WORDS, answer);
  return { word, last };
}
