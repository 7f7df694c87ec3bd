import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['redriven', 'gone', 'unfit'] as const;
const script = loadScript('redrive', { words: WORDS });

/** `gone`: there is no such letter (any more). `unfit`: it holds nothing that could be sent again. `entry`: id of the new entry. */
export type Redriven = { word: (typeof WORDS)[number]; entry: string };

/**
 * Sends what a dead letter holds on its way again and removes the letter. After a lost answer a repetition says `gone`.
 * @param entries of a letter of a source: the fields of what it is sent as; of any other none
 */
export async function redrive(
  redis: Redis,
  store: Store,
  letter: string,
  entries: readonly (readonly string[])[] = [],
): Promise<Redriven> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { letter, now_ms: store.virtualNow() },
    rest: entries.flatMap((fields) => [String(fields.length), ...fields]),
  });
  const [word, entry = ''] = answerOf('redrive', WORDS, answer);
  return { word, entry };
}
