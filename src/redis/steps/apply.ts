import type { Redis } from 'ioredis';
import { ENGINE_GROUP } from '../keys.ts';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { wireOf } from '../wire.ts';
import { answerOf, parseWake } from './answer.ts';

const WORDS = ['applied', 'not-my-turn', 'already-applied', 'stale-definitions', 'more-due', 'failed', 'gone'] as const;
const script = loadScript('apply', { words: WORDS });

/** What a trigger's rules need; sent once for a chunk. */
export type ChunkTrigger = {
  name: string;
  automation: string;
  posture: 'Reactive' | 'Proactive';
  threshold: number;
  within: number;
  after: boolean;
  standing: boolean;
  keyed: boolean;
  rooted: boolean;
};

/** An event meets a trigger: index into `triggers` from 1, and the encoded key. */
export type ChunkMatch = { trigger: number; key: string; arms: boolean; expects: boolean };

/** One entry of the log, ready to be applied; `skip` and `rejected` say why nothing else is there. */
export type ChunkEntry =
  | { entry: string; skip: string }
  /** `error` and `attempts`: of one that failed, not of one that breaks a rule. */
  | { entry: string; rejected: string; error?: string; attempts?: number }
  | {
      entry: string;
      id: string;
      digest: string;
      t: number;
      occurred: number;
      received: number;
      own: boolean;
      /** It came from outside and not out of the parked ones: a copy of a parked event, then, changes nothing. */
      fresh: boolean;
      /** The leader it waits for, when it may wait, with the digest of that id. */
      follows?: string;
      leader?: string;
      /** Index into the documents from 1; absent when nothing can need the document. */
      document?: number;
      matches: ChunkMatch[];
    };

/** Consecutive entries of the log, matched against one generation of the definitions. */
export type Chunk = { generation: string; triggers: ChunkTrigger[]; entries: ChunkEntry[]; documents: string[] };

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
      group: ENGINE_GROUP,
      limit: String(limit),
      chunk: wireOf(chunk),
    },
    rest: chunk.documents,
  });
  const [word, position = '', wake = '', error = '', words] = answerOf('apply', WORDS, answer);
  return { word, position, wakeMs: parseWake(wake), error, words: words === undefined ? [] : words.split('\n') };
}
