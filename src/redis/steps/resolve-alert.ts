import type { Redis } from 'ioredis';
import { type CHANGE_WORDS, type KeyChange, runStep } from '../change.ts';
import { loadScript } from '../script.ts';
import type { Store } from '../store.ts';

const WORDS = ['changed', 'unchanged', 'stale-definitions', 'more-due'] as const;
const script = loadScript('resolve-alert', { words: WORDS });

/** `unchanged`: the key has no alert. */
export type AlertResolved = Readonly<{ word: (typeof CHANGE_WORDS)[number] | 'unchanged'; generation: string }>;

/** Ends the alert of a key at the root of an automation; see lua/resolve-alert.lua. */
export async function resolveAlert(
  redis: Redis,
  store: Store,
  change: KeyChange,
  limit?: number,
): Promise<AlertResolved> {
  const [word, generation] = await runStep(redis, store, script, WORDS, change, { limit });
  return { word, generation };
}
