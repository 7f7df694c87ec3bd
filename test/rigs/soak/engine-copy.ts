import { changedEngine } from '../engine-copy.ts';

const MINUTE_MS = 60_000;

/** What the engine remembers for half an hour and for a week, whatever is set: the constants that say so. */
const MEMORIES = [
  ...['MEMORY_MS', 'EARLY_MS', 'EARLY_SPAN_MS', 'RECOVERED_MS'].map((name) => ({
    file: 'lua/include/limits.lua',
    find: new RegExp(`(?<=^ {2}${name} = )[^,]+`, 'm'),
  })),
  { file: 'src/relay/jobs.ts', find: /(?<=^export const DEDUPLICATION_TTL_MS = ).*(?=;$)/m },
];

/**
 * The program of a worker whose engine remembers for `minutes`: a copy in `folder` in which nothing but these numbers differs. What is
 * remembered for a week, or in pieces of half an hour, cannot be seen to stay flat within an hour.
 */
export function forgetful(folder: string, minutes: number): string {
  return changedEngine(
    folder,
    MEMORIES.map((place) => ({ ...place, replace: `${minutes * MINUTE_MS}` })),
  );
}
