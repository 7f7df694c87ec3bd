import type { Redis } from 'ioredis';
import { CHANGE_WORDS, type Changed, runChange } from '../change.ts';
import { loadScript } from '../script.ts';
import type { Store } from '../store.ts';

const script = loadScript('put-settings', { words: CHANGE_WORDS });

export type SettingsChange = {
  /** The generation the change was worked out against. */
  generation: string;
  of: 'settings' | 'quotas';
  /** Fields with their new values. */
  set: readonly (readonly [field: string, value: string])[];
  /** Fields that are put back to their defaults. */
  reset: readonly string[];
};

/** Changes what the whole namespace agrees on, or its quotas; see lua/put-settings.lua. */
export async function putSettings(
  redis: Redis,
  store: Store,
  change: SettingsChange,
  limit?: number,
): Promise<Changed> {
  return await runChange(redis, store, script, change, { limit });
}
