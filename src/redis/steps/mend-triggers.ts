import type { Redis } from 'ioredis';
import type { Damage } from '../damage.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['mended', 'gaps', 'stale-definitions'] as const;
const script = loadScript('mend-triggers', { words: WORDS });

/**
 * What is known of an automation: `owner`, its id as it begins state names; `readable`, whether its plan can be read; its triggers with
 * their compiled fields. An automation that is gone has none.
 */
export type Planned = Readonly<{
  id: string;
  owner: string;
  revision: string;
  enabled: boolean;
  listens: boolean;
  readable: boolean;
  triggers: readonly Readonly<{ name: string; fields: readonly string[]; event: boolean }>[];
}>;

/** `gaps`: state names of triggers whose deadlines have to be completed (mend-deadlines). */
export type Repaired = Readonly<{ found: readonly Omit<Damage, 'atMs'>[]; gaps: readonly string[] }>;

/** Mends what others removed of some automations, see lua/mend-triggers.lua. @returns null where definitions have changed meanwhile */
export async function mendTriggers(
  redis: Redis,
  store: Store,
  generation: string,
  page: readonly Planned[],
): Promise<Repaired | null> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: { prefixes: store.prefixesJson, generation, page: JSON.stringify(page) },
  });
  const [word, ...rest] = answerOf('mend-triggers', WORDS, answer);
  if (word === 'stale-definitions') return null;
  const end = word === 'gaps' ? rest.indexOf('') : rest.length;
  const found: Omit<Damage, 'atMs'>[] = [];
  for (let at = 0; at + 2 < end; at += 3) {
    found.push({ key: rest[at] ?? '', lost: rest[at + 1] === 'lost', sentence: rest[at + 2] ?? '' });
  }
  return { found, gaps: rest.slice(end + 1) };
}
