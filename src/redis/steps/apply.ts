import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { type Chunk, wireOf } from '../wire.ts';
import { answerOf, parseWake } from './answer.ts';

const WORDS = [
  'applied',
  'not-my-turn',
  'already-applied',
  'stale-definitions',
  'more-due',
  'failed',
  'gone',
  'unusable-ids',
] as const;
const script = loadScript('apply', { words: WORDS });

export type Applied = {
  word: (typeof WORDS)[number];
  /** Id of the last applied entry after this call. */
  position: string;
  /** Redis time in ms at which the scheduler has something to do, null when this call did not look. */
  wakeMs: number | null;
  /** The error of the entry that follows `position`, with `failed`; else the last of one that was rejected half-way, or ''. */
  error: string;
  /** For each applied entry, in order: what became of it, then a word for each trigger it met. */
  words: string[];
};

/** Most obligations one call settles: at about 30 µs each below 5 ms of Redis' time, so that other clients are not kept waiting. */
export const SETTLE_LIMIT = 150;

/** Applies one chunk; see lua/apply.lua for what is promised. Safe to repeat after a lost answer. */
export async function apply(redis: Redis, store: Store, chunk: Chunk, limit = SETTLE_LIMIT): Promise<Applied> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: {
      prefixes: store.prefixesJson,
      now_ms: store.virtualNow(),
      worker: store.worker,
      limit: String(limit),
      ...wireOf(chunk),
    },
  });
  const [word, position = '', wake = '', error = '', words] = answerOf('apply', WORDS, answer);
  return { word, position, wakeMs: parseWake(wake), error, words: words === undefined ? [] : words.split('\n') };
}
