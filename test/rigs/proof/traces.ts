import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Recorded } from '../../traces/recorded.ts';

const FOUND = fileURLToPath(new URL('found.ndjson', import.meta.url));

/** Cases that random comparison found, each with the answer it must get. */
export function foundCases(): Recorded[] {
  return linesOf(FOUND);
}

function linesOf(file: string): Recorded[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
}
