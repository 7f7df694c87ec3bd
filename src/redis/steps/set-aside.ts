import type { Redis } from 'ioredis';
import { type LargeEntry, tooLarge } from '../../model/intake.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['set-aside', 'own', 'gone'] as const;
const script = loadScript('set-aside', { words: WORDS });

/** Has Redis know the script before it is needed. */
export async function loadSetAside(redis: Redis): Promise<void> {
  await redis.script('LOAD', script.source);
}

/** `letter`: id of the dead letter that stands there now, or ''. */
export type SetAside = Readonly<{ word: (typeof WORDS)[number]; letter: string }>;

/**
 * Puts a dead letter in the place of an entry that is too large to be kept, unless the engine wrote it (`own`) or it is out of the log,
 * or applied, already (`gone`). Safe to repeat.
 * @param letter the one that stands there since the entry began to come, and is replaced; '' for none
 */
export async function setAside(
  redis: Redis,
  store: Store,
  entry: string,
  large: LargeEntry,
  letter = '',
): Promise<SetAside> {
  const { bytes, sha1, beginning } = large;
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { entry, letter, reason: tooLarge(large), bytes: String(bytes), sha1, beginning, now_ms: store.virtualNow() },
  });
  const [word, written = ''] = answerOf('set-aside', WORDS, answer);
  return { word, letter: written };
}
