import type { Redis } from 'ioredis';
import { runScript, type Script } from './script.ts';
import { answerOf } from './steps/answer.ts';
import { SETTLE_LIMIT } from './steps/apply.ts';
import type { Store } from './store.ts';

/** What a change between two entries of the log can answer (lua/include/change.lua). */
export const CHANGE_WORDS = ['changed', 'stale-definitions', 'more-due'] as const;

/** `generation`: the new one, or the one that the change was worked out against. */
export type Changed = { word: (typeof CHANGE_WORDS)[number]; generation: string };

/**
 * What all that an automation keeps of one key is about: `labels`, as JSON, has its names and values, `cells` the triggers that count by
 * these names, by their state names. `enabled`: whether the automation is.
 */
export type KeyChange = Readonly<{
  generation: string;
  kind: 'clear' | 'resolve';
  automation: string;
  labels: string;
  enabled: boolean;
  cells: readonly Readonly<{ name: string; key: string }>[];
}>;

/** What a step of this kind sends besides the change; `limit`: most deadlines settled by the call. */
type ChangeOptions = Readonly<{ more?: Readonly<Record<string, string>>; limit?: number | undefined }>;

/** Runs a step that changes what all workers follow. @param change has the generation that it was worked out against */
export async function runChange(
  redis: Redis,
  store: Store,
  script: Script,
  change: Readonly<{ generation: string }>,
  { more = {}, limit = SETTLE_LIMIT }: ChangeOptions = {},
): Promise<Changed> {
  const [word, generation] = await runStep(redis, store, script, CHANGE_WORDS, change, { more, limit });
  return { word, generation };
}

/** The same for a step that can answer other words, too. */
export async function runStep<Word extends string>(
  redis: Redis,
  store: Store,
  script: Script,
  words: readonly Word[],
  change: Readonly<{ generation: string }>,
  { more = {}, limit = SETTLE_LIMIT }: ChangeOptions = {},
): Promise<[word: Word, generation: string]> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: {
      prefixes: store.prefixesJson,
      now_ms: store.virtualNow(),
      limit: String(limit),
      change: JSON.stringify(change),
      ...more,
    },
  });
  const [word, generation = ''] = answerOf(script.name, words, answer);
  return [word, generation];
}
