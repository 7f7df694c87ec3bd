import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['announced', 'known'] as const;
const script = loadScript('announce', { words: WORDS });

/** Announces a type of actions with its JSON Schema; `sinceMs`: when it was announced first. Safe to repeat. */
export async function announce(
  redis: Redis,
  store: Store,
  type: string,
  schema: Readonly<Record<string, unknown>>,
): Promise<{ word: (typeof WORDS)[number]; sinceMs: number }> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { type, schema: JSON.stringify(schema), now_ms: store.virtualNow() },
  });
  const [word, since = ''] = answerOf('announce', WORDS, answer);
  return { word, sinceMs: Number(since) };
}
