import type { Redis } from 'ioredis';
import { loadScript, runScript } from '../script.ts';
import type { Store } from '../store.ts';
import { answerOf } from './answer.ts';

const WORDS = ['brought', 'not-my-turn', 'not-open', 'paused'] as const;
const script = loadScript('bring-in', { words: WORDS });

/**
 * One entry of a source: an event with the fields of its entry in the log, or, with what is wrong, a dead letter with the fields it had in the
 * source. `id`: of an event `<ms>-<n>`, the ms when it arrived in the source. At most 7,000 fields.
 */
export type Brought = Readonly<{ id: string; wrong: string | null; fields: readonly string[] }>;

/**
 * What one call brings in: the entries of a source behind the place `from`, up to `to`. `read`: entries that it ever had up to there; null
 * where nobody counts. `lost`: those that were removed unread. `reachedMs`: nothing comes that arrived there before; null: no promise.
 */
export type BringInCall = Readonly<{
  source: string;
  from: string;
  to: string;
  entries: readonly Brought[];
  read?: number | null;
  lost?: number;
  reachedMs?: number | null;
}>;

/** `place`: in the source, up to which it is brought in; '' when it is not open. `fedId`: the id by which the log knows it. */
export type BroughtIn = Readonly<{ word: (typeof WORDS)[number]; place: string; fedId: string }>;

/**
 * Brings entries of a source that is no log of the engine into the log, each exactly once; see lua/bring-in.lua. Safe to repeat, late, and beside
 * any number of others.
 * @param target the engine, or the front log of a namespace with partitions
 */
export async function bringIn(
  redis: Redis,
  target: Store,
  { source, from, to, entries, read = null, lost = 0, reachedMs = null }: BringInCall,
): Promise<BroughtIn> {
  const rest = entries.flatMap(({ id, wrong, fields }) => [id, wrong ?? '', String(fields.length), ...fields]);
  const answer = await runScript(redis, script, {
    keys: target.keys,
    args: {
      source,
      from,
      to,
      read: read === null ? '' : String(read),
      lost: String(lost),
      reached: reachedMs === null ? '' : String(reachedMs),
      now_ms: target.virtualNow(),
    },
    rest,
  });
  const [word, place = '', fedId = ''] = answerOf('bring-in', WORDS, answer);
  return { word, place, fedId };
}
