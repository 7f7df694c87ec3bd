import type { Redis } from 'ioredis';
import type { Damage } from '../damage.ts';
import { FORMAT } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['looked'] as const;
const script = loadScript('mend-keys', { words: WORDS });

/** The type of each key that stands alone, by its name in src/redis/keys.ts. */
export const KEY_TYPES = script.contract.types;

/** `mark`: of the namespace, another one when all of its keys were removed. */
export type Mended = Readonly<{ mark: string; found: readonly Omit<Damage, 'atMs'>[] }>;

/**
 * Looks at the keys that stand alone and mends them, see lua/mend-keys.lua.
 * @param generation the one that the caller knows
 * @param mark for a namespace that has none
 */
export async function mendKeys(redis: Redis, store: Store, generation: string, mark: string): Promise<Mended> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { prefixes: store.prefixesJson, types: JSON.stringify(KEY_TYPES), own: FORMAT, generation, mark },
  });
  const [, known = '', ...rest] = answerOf('mend-keys', WORDS, answer);
  const found: Omit<Damage, 'atMs'>[] = [];
  for (let at = 0; at + 2 < rest.length; at += 3) {
    found.push({ key: rest[at] ?? '', lost: rest[at + 1] === 'lost', sentence: rest[at + 2] ?? '' });
  }
  return { mark: known, found };
}
