import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';
import { SETTLE_LIMIT } from './apply.ts';
import { CHANGE_WORDS, type Changed } from './put-automation.ts';

const script = loadScript('put-settings', { words: CHANGE_WORDS });

export type SettingsChange = {
  /** The generation the change was worked out against. */
  generation: string;
  /** Fields of the settings with their new values. */
  set: readonly (readonly [field: string, value: string])[];
  /** Fields that are put back to their defaults. */
  reset: readonly string[];
};

/** Changes what the whole namespace agrees on; see lua/put-settings.lua. */
export async function putSettings(
  redis: Redis,
  store: Store,
  change: SettingsChange,
  limit = SETTLE_LIMIT,
): Promise<Changed> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: {
      prefixes: store.prefixesJson,
      now_ms: store.virtualNow(),
      limit: String(limit),
      change: JSON.stringify(change),
    },
  });
  const [word, generation = ''] = answerOf('put-settings', CHANGE_WORDS, answer);
  return { word, generation };
}
