import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['added', 'full'] as const;
const script = loadScript('add-silence', { words: WORDS });

/** `from`, `until`: when it holds, in ms of Redis. */
export type AddedSilence = { word: 'added'; from: number; until: number } | { word: 'full' };

/** Adds a silence from now on; `full` where as many hold as there may be. @param said what it says, as JSON */
export async function addSilence(
  redis: Redis,
  store: Store,
  { id, said, forMs }: Readonly<{ id: string; said: string; forMs: number }>,
): Promise<AddedSilence> {
  const answer = await runScript(redis, script, {
    keys: { silences: store.keys.silences },
    args: { id, said, for_ms: String(forMs), now_ms: store.virtualNow() },
  });
  const [word, from, until] = answerOf('add-silence', WORDS, answer);
  return word === 'added' ? { word, from: Number(from), until: Number(until) } : { word };
}
