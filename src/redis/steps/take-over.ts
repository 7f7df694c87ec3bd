import type { Redis } from 'ioredis';
import { BELIEVED_MS } from '../heartbeat.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['idle', 'take', 'poison'] as const;
const script = loadScript('take-over', { words: WORDS });

/** So many workers may die one after the other at the same entry, each with nothing else in its hands. */
export const CRASH_ATTEMPTS = 3;

/** A worker that lives gives a sign every second; busy ones may miss some. A mistake has a chunk taken over in several calls. */
const SILENT_MS = 3_000;

/** How long it is remembered who was at what: above the pauses of a supervisor that starts dying workers again. */
const KEEP_MS = 24 * 3_600_000;

export type TakeOver = {
  /** `idle`: nothing waits. `take`: the next `count` entries. `poison`: do not even read the first one. */
  word: (typeof WORDS)[number];
  entry: string;
  count: number;
  deaths: number;
};

/** Asks how many entries to take over, at most `most`, and notes that `worker` is about to; see lua/take-over.lua. */
export async function takeOver(redis: Redis, store: Store, worker: string, most: number): Promise<TakeOver> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: {
      prefixes: store.prefixesJson,
      worker,
      count: String(most),
      silent_ms: String(BELIEVED_MS - SILENT_MS),
      deaths: String(CRASH_ATTEMPTS),
      keep_ms: String(KEEP_MS),
    },
  });
  const [word, entry = '', count, deaths] = answerOf('take-over', WORDS, answer);
  return { word, entry, count: Number(count), deaths: Number(deaths) };
}

/** The worker came through, whatever became of the entries. */
export async function leaveWord(redis: Redis, store: Store, worker: string): Promise<void> {
  await redis.hdel(store.keys.attempts, `worker:${worker}`);
}
