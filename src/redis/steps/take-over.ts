import type { Redis } from 'ioredis';
import { ENGINE_GROUP } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['idle', 'whole', 'alone', 'poison'] as const;
const script = loadScript('take-over', { words: WORDS });

/** So many workers may die one after the other at the same entry, each with nothing else in its hands. */
export const CRASH_ATTEMPTS = 3;

/** How long it is remembered who was at what: above the pauses of a supervisor that starts dying workers again. */
const KEEP_MS = 24 * 3_600_000;

export type TakeOver = {
  /** `idle`: nothing waits. `whole`: take a chunk. `alone`: take the entry alone. `poison`: do not even read it. */
  word: (typeof WORDS)[number];
  entry: string;
  deaths: number;
};

/** Asks how to take entries over, and notes that `worker` is about to; see lua/take-over.lua. */
export async function takeOver(redis: Redis, store: Store, worker: string): Promise<TakeOver> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: {
      prefixes: store.prefixesJson,
      group: ENGINE_GROUP,
      worker,
      deaths: String(CRASH_ATTEMPTS),
      keep_ms: String(KEEP_MS),
    },
  });
  const [word, entry = '', deaths] = answerOf('take-over', WORDS, answer);
  return { word, entry, deaths: Number(deaths) };
}

/** The worker came through, whatever became of the entries. */
export async function leaveWord(redis: Redis, store: Store, worker: string): Promise<void> {
  await redis.hdel(store.keys.attempts, `worker:${worker}`);
}
