import type { Redis } from 'ioredis';
import { InvalidDocument } from '../../errors.ts';
import { isSourceName } from '../../model/fed.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['opened', 'open'] as const;
const script = loadScript('open-source', { words: WORDS });

/**
 * Begins to feed a log from a source; see lua/open-source.lua. Safe to repeat.
 * @param from id of the source behind which it is fed; `0-0` for all of it. What was fed before is not fed again
 * @returns `mark`: id of the source up to which the log is fed
 */
export async function openSource(
  redis: Redis,
  target: Store,
  { source, from }: Readonly<{ source: string; from: string }>,
): Promise<{ word: (typeof WORDS)[number]; mark: string }> {
  if (!isSourceName(source))
    throw new InvalidDocument('source', 'must be a text of 1 to 64 characters without blanks', source);
  const answer = await runScript(redis, script, {
    keys: target.keys,
    args: { source, from, now_ms: target.virtualNow() },
  });
  const [word, mark = ''] = answerOf('open-source', WORDS, answer);
  return { word, mark };
}
