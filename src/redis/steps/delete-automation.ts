import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';
import { SETTLE_LIMIT } from './apply.ts';
import { CHANGE_WORDS, type Changed } from './put-automation.ts';

const script = loadScript('delete-automation', { words: CHANGE_WORDS });

export type Deletion = {
  /** The generation the change was worked out against. */
  generation: string;
  id: string;
  /** State names of all its triggers. */
  gone: string[];
};

/** Removes an automation with all of its state; see lua/delete-automation.lua. */
export async function deleteAutomation(redis: Redis, store: Store, deletion: Deletion): Promise<Changed> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: {
      prefixes: store.prefixesJson,
      now_ms: store.virtualNow(),
      limit: String(SETTLE_LIMIT),
      change: JSON.stringify(deletion),
    },
  });
  const [word, generation = ''] = answerOf('delete-automation', CHANGE_WORDS, answer);
  return { word, generation };
}
