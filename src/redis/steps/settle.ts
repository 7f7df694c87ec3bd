import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf, parseWake } from './answer.ts';
import { SETTLE_LIMIT } from './apply.ts';

const WORDS = ['settled', 'more-due'] as const;
const script = loadScript('settle', { words: WORDS });

export type Settled = {
  word: (typeof WORDS)[number];
  /** Redis time in ms of the next deadline, null when there is none. */
  wakeMs: number | null;
  /** Redis time in ms of this call. */
  nowMs: number;
  /** Id of the last applied entry. */
  position: string;
  /** Redis time in ms of the oldest entry that is not applied, null when all are. */
  waitingMs: number | null;
  fired: number;
  /** Followers that went on without their leader. */
  released: number;
};

/** Settles what is due by now, at most a limited number; see lua/settle.lua. Safe to repeat. */
export async function settle(redis: Redis, store: Store, limit = SETTLE_LIMIT): Promise<Settled> {
  const answer = await runScript(redis, script, {
    keys: store.keys,
    args: {
      prefixes: store.prefixesJson,
      now_ms: store.virtualNow(),
      worker: store.worker,
      limit: String(limit),
    },
  });
  const [word, wake = '', now, position = '', waiting = '', fired, released] = answerOf('settle', WORDS, answer);
  return {
    word,
    wakeMs: parseWake(wake),
    nowMs: Number(now),
    position,
    waitingMs: parseWake(waiting),
    fired: Number(fired),
    released: Number(released),
  };
}
