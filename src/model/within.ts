import { InvalidDocument } from '../errors.ts';
import { parseDuration } from './duration.ts';

/**
 * Longest `within`: a thousand years. Times in Redis go through Lua, which writes numbers of more than 14 digits inexactly; the end of
 * two such windows in a row still has 14.
 */
export const LONGEST_WITHIN_MS = 365_000 * 86_400_000;

/** Reads a length of time that may not be negative, nor too long for Lua. Throws InvalidDocument. */
export function withinAt(value: unknown, path: string): { sign: number; floorMs: number; ms: number } {
  const within = parseDuration(value);
  if (within === undefined) throw new InvalidDocument(path, 'must be a duration', value);
  if (within.sign < 0) throw new InvalidDocument(path, 'must not be negative', value);
  if (within.ms > LONGEST_WITHIN_MS) throw new InvalidDocument(path, 'must not be longer than 365000 days', value);
  return within;
}
