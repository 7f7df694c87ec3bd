import { changedEngine } from '../engine-copy.ts';

const MINUTE_MS = 60_000;

/** What the engine remembers for half an hour and for a week, whatever is set: the two constants that say so. */
const MEMORIES = [
  { file: 'lua/include/limits.lua', find: /(?<=^ {2}MEMORY_MS = )[^,]+/m },
  { file: 'src/relay/jobs.ts', find: /(?<=^export const DEDUPLICATION_TTL_MS = ).*(?=;$)/m },
];

/**
 * The program of a worker whose engine remembers for `minutes`: a copy in `folder` in which nothing but these two numbers differs. What is
 * remembered for a week cannot be seen to stay flat within an hour.
 */
export function forgetful(folder: string, minutes: number): string {
  return changedEngine(
    folder,
    MEMORIES.map((place) => ({ ...place, replace: `${minutes * MINUTE_MS}` })),
  );
}
