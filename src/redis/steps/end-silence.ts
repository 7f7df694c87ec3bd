import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['ended', 'over', 'gone'] as const;
const script = loadScript('end-silence', { words: WORDS });

/** Ends a silence now; `over`: it had ended before, `gone`: there is none of that id. */
export async function endSilence(redis: Redis, store: Store, id: string): Promise<(typeof WORDS)[number]> {
  const answer = await runScript(redis, script, {
    keys: { silences: store.keys.silences },
    args: { id, now_ms: store.virtualNow() },
  });
  return answerOf('end-silence', WORDS, answer)[0];
}
